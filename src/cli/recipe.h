/* recipe.h - runs a recipe of ours, a program that builds what guests boot from: images and kernels. */
#pragma once

#include <glib.h>

/* An option of a recipe that names a program of this build. */
typedef struct {
  const char *option;  /* such as "--agent" */
  const char *program; /* such as "vbet-agent" */
} VbetRecipeProgram;

/**
 * vbet_recipe_run:
 * @recipe: below the project's data, such as "rootfs/build-image"
 * @programs: (array length=n): given where @arguments do not name another
 * @arguments: (array zero-terminated=1): passed on
 *
 * Waits until the recipe has ended. Ctrl-C reaches it through the terminal; it cleans up by itself.
 *
 * Returns: an exit code of vbetctl.
 */
int vbet_recipe_run (const char *recipe, const VbetRecipeProgram *programs, gsize n, char **arguments);
