/** Identity providers of one tenant: companies that merged have three or four. */
export const CONNECTIONS_MAX = 20;

/** Domains of one tenant. */
export const DOMAINS_MAX = 100;

/** Groups with roles of one tenant. */
export const GROUP_ROLES_MAX = 500;

/** Somebody signs in at their provider, with a second factor that has to be found first. */
export const ATTEMPT_LIFETIME_MS = 15 * 60_000;

/** From the provider's answer until the browser has fetched it: one redirect. */
export const OUTCOME_LIFETIME_MS = 2 * 60_000;

/** Groups of one person that are looked at. */
export const GROUPS_MAX = 2_000;

/** Metadata is read again after this long: providers announce new certificates days ahead. */
export const METADATA_AGE_MS = 24 * 3_600_000;

/** Connections that one sweep refreshes. */
export const REFRESHED_AT_ONCE_MAX = 50;

/** How long DNS may take. */
export const DNS_TIMEOUT_MS = 5_000;

/** Connections that an address leads to: tenants that share a domain. */
export const DISCOVERED_MAX = 20;

/** How long a process believes what it read of a tenant's rules: a rule that changes counts everywhere within this. */
export const STANDING_MS = 500;

export const TENANTS_REMEMBERED_MAX = 10_000;
