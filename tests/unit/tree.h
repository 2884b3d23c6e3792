/* tree.h - syntax trees as text, for tests. */
#pragma once

#include "engine/language/program.h"

/**
 * vbet_test_tree: Returns: (transfer full): "(plug cable1 (NIC switch1))"; assignments "a := …", keywords
 * "k=…", groups "{…}", errors "<…>", values as the language writes them.
 */
char *vbet_test_tree (const VbetNode *node);
