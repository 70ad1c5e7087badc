/** A link is made to be used at once; 15 minutes survive a walk to another screen. */
export const LINK_LIFETIME_MS = 15 * 60_000;

/** NIST SP 800-63B asks to sign in again within 12 hours at AAL2, whatever happens in the session. */
export const SESSION_LIFETIME_MS = 12 * 3_600_000;

/** Last use is written to the minute: once a minute, not once a request. */
export const USE_GRAIN_MS = 60_000;

/** How long a verified credential is trusted without a look at the table: revoked anywhere, it is dead within this. */
export const TRUST_MS = 500;

/** Verified credentials that a process remembers; the least used one goes first. */
export const REMEMBERED_MAX = 10_000;

/** Keys in the list. More than these point to a program that never revokes. */
export const API_KEYS_MAX = 1_000;

/** Sessions in a list; a person with more devices ends some. */
export const SESSIONS_SHOWN_MAX = 200;

/** Invited on Friday, joined after a week away. */
export const INVITATION_LIFETIME_MS = 7 * 86_400_000;

/** Members, invitations and service accounts on one page. */
export const PAGE_MAX = 200;

/** Tenants of one user. A person in more of them is a program. */
export const USER_TENANTS_MAX = 500;

/** Open invitations of a tenant: more is a mailing, not an invitation. */
export const INVITATIONS_MAX = 1_000;

/** Service accounts of a tenant. */
export const SERVICE_ACCOUNTS_MAX = 200;

/** After a rotation both keys work for so long unless told otherwise: a deployment reaches its last machine. */
export const KEY_OVERLAP_MS = 24 * 3_600_000;

/** Access tokens of outside providers are 1 to 4 KiB; a proxy cuts headers off at 8 or 16. */
export const OUTSIDE_TOKEN_BYTES_MAX = 16 * 1024;

/** Verified tokens that a process remembers, 1 KiB each. */
export const OUTSIDE_TOKENS_MAX = 20_000;
