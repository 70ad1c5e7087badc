/** What a process knows of roles and policies is checked against the database this often while decisions are asked for. */
export const EPOCH_POLL_MS = 400;

/** Changes that the poll looks back for; commits that took longer are heard by NOTIFY. */
export const EPOCH_LOOKBACK_S = 60;

/** Tenants whose policies a process keeps compiled; the least used one goes first. */
export const TENANTS_MAX = 20_000;

/** Per tenant. A role is a few policies, and each decision looks at those of its action. */
export const ROLES_MAX = 100;
export const POLICIES_MAX = 100;
export const POLICY_TESTS_MAX = 200;

/** Characters of one policy: some screens of text. */
export const POLICY_CHARACTERS_MAX = 10_000;

/** Brackets within brackets. The official engine's stack holds more than 100, and a broken engine is everybody's. */
export const NESTING_MAX = 50;

/** Brackets, and signs and ifs in each of them. The official engine breaks at some 250 calls one after the other. */
export const CHAIN_MAX = 100;

/** Commas of one policy. With 2,000 elements in a set the check of its types holds the process up for a second. */
export const COMMAS_MAX = 500;

/** Characters of a tenant's roles and enabled policies together: they are compiled at once, in about a second. */
export const RULES_CHARACTERS_MAX = 200_000;

/** The ages of a second factor that a step-up asks for, largest first. */
export const STEP_UP_AGES_S = [
  86_400, 43_200, 28_800, 14_400, 7_200, 3_600, 1_800, 900, 600, 300, 120, 60, 0,
];
