/* plan-check.h - whether a plan is one that a running lab can carry out, and leads where it should.
 *
 * The calls are carried out, one after the other, on a model of the lab: what
 * is there, what is on, and which default routes Linux has by then. It knows
 * nothing of how plans are made. Pure.
 */
#pragma once

#include "engine/model/plan.h"

/**
 * vbet_plan_check:
 * @from: what runs; all its guests are taken to be on
 * @calls: (element-type VbetCall): the plan
 * @to: what is wanted
 *
 * Each call must find what it needs, and change something; in the end everything must be as @to has it, with
 * each guest on or off, and with the default routes, as if the lab had been started from @to.
 *
 * Returns: (transfer full) (nullable): NULL when all of that holds; else what does not, in one sentence that
 * begins with the call where there is one.
 */
char *vbet_plan_check (const VbetTopology *from, const GPtrArray *calls, const VbetTopology *to);
