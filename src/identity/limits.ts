/** A link is made to be used at once; 15 minutes survive a walk to another screen. */
export const LINK_LIFETIME_MS = 15 * 60_000;

/** NIST SP 800-63B asks to sign in again within 12 hours at AAL2, whatever happens in the session. */
export const SESSION_LIFETIME_MS = 12 * 3_600_000;

/** Last use is written to the minute: once a minute, not once a request. */
export const USE_GRAIN_MS = 60_000;

/** How long a verified credential is trusted without a look at the table: revoked anywhere, it is dead within this. */
export const TRUST_MS = 500;

/** Verified credentials that a process remembers; the least used one goes first. */
export const REMEMBERED_MAX = 150_000;

/** Tenants whose demand for a second factor a process remembers. */
export const TENANTS_MAX = 20_000;

/** Keys in the list. More than these point to a program that never revokes. */
export const API_KEYS_MAX = 1_000;

/** Sessions of one person, all of which the list shows; with one more the one that rested longest ends. */
export const SESSIONS_MAX = 200;

/** Browsers of one person that are known; with one more the one that rested longest is forgotten. */
export const DEVICES_MAX = 50;

/** Browsers keep no cookie for longer. */
export const DEVICE_LIFETIME_MS = 400 * 86_400_000;

/** Mails about new browsers in a day: a flood of them hides the one that counts. */
export const DEVICE_NOTICES_MAX = 10;

/** Links that one person has in their mailbox: with more, whoever asks for them fills it. */
export const USER_LINKS_MAX = 5;

/** Invited on Friday, joined after a week away. */
export const INVITATION_LIFETIME_MS = 7 * 86_400_000;

/** A grant that is needed longer is a role: 90 days are a quarter, and the longest leave to stand in for. */
export const GRANT_MINUTES_MAX = 90 * 24 * 60;

/** How far ahead a grant may start. */
export const GRANT_AHEAD_MS_MAX = 90 * 86_400_000;

/** Grants that one member holds or will. */
export const GRANTS_MAX = 20;

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
/** OWASP's parameters for argon2id: 19 MiB, two passes, one lane; 8 ms on the machine that they were measured on. */
export const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Hashes that wait for their turn. More is a storm: it is told to come back, so that other requests go on. */
export const HASH_QUEUE_MAX = 64;

/** NIST SP 800-63B-4 asks for 15 characters where nothing else proves the person, and 8 with a second factor. */
export const PASSWORD_CHARACTERS_MIN = 12;
export const PASSWORD_CHARACTERS_MAX = 256;

/** The breach list answers within this, or the embedded one alone decides. */
export const BREACH_TIMEOUT_MS = 3_000;

/** A link that is asked for is waited for; mail takes minutes sometimes. */
export const USER_LINK_LIFETIME_MS = 15 * 60_000;

/** Long enough to find the phone, short enough that a page left open is worth nothing. */
export const CEREMONY_LIFETIME_MS = 10 * 60_000;

/** Codes that one sign-in may try: six digits and 5 tries leave a guesser 1 in 66,667 (three steps are valid at once). */
export const CODE_TRIES_MAX = 5;

/** RFC 6238 5.2: one step of clock drift either way. */
export const TOTP_STEP_S = 30;
export const TOTP_WINDOW = 1;

/** 10 codes of 16 characters in base 32: 80 bits each. */
export const RECOVERY_CODES = 10;
export const RECOVERY_BYTES = 10;

/** Passkeys of one user. */
export const PASSKEYS_MAX = 20;

/** What changes how somebody signs in asks for a proof that is not older. */
export const FRESH_MS = 10 * 60_000;

/** The stated bound: a revocation holds on every process within this of its commit. */
export const FEED_STALE_MS = 500;

/** A look at the feed this often: several fit into the bound, so that one that is late does no harm. */
export const FEED_PASS_MS = 100;

/** Nobody asked for so long: the process rests, and its next request is looked up in the table. */
export const FEED_IDLE_MS = 5_000;

/** After such a pause everything is forgotten, rather than read up. Revocations are kept for a day. */
export const FEED_GAP_MS = 3_600_000;

/** Revocations that a process keeps in mind. */
export const FEED_KEPT_MAX = 50_000;

/** With the feed, what was verified is looked up again after this: for its last use, and its idle end. */
export const REMEMBER_MS = 60_000;

/** A recovery that nobody approves in a week is not wanted, or not believed. */
export const RECOVERY_ASKED_MS = 7 * 86_400_000;

/** From the mail that says that one may come back: a long weekend. */
export const RECOVERY_READY_MS = 4 * 86_400_000;

/** Where only staff could approve: long enough for a person on a short trip to read the mail and object. */
export const RECOVERY_ALONE_MS = 72 * 3_600_000;

/** What a tenant may choose: a night, so that mail is read; two weeks, for those who want to be sure. */
export const RECOVERY_HOURS_MIN = 12;
export const RECOVERY_HOURS_MAX = 336;
export const RECOVERY_HOURS_DEFAULT = 24;

/** Recoveries in a list. */
export const RECOVERIES_SHOWN_MAX = 200;

/** What became of a recovery is shown for so long; the audit log keeps it. */
export const RECOVERY_KEPT_MS = 90 * 86_400_000;
