/** Each holder costs 150 bytes in the vault and one X25519 operation at each change of its key. */
export const HOLDERS_MAX = 200;

/** A vault is for secrets and notes, not for media: those go to storage. */
export const ITEMS_MAX = 10_000;

/** Below the server's largest body, as base64url and with its JSON around it. */
export const ITEM_BYTES_MAX = 128 * 1024;

export const VAULTS_MAX = 1_000;

/** A passphrase and some passkeys. */
export const LOCKS_MAX = 20;

/** Holders of shares need to be reached by people, who have weekends; a forgotten request must not stay open. */
export const RECOVERY_LIFETIME_MS = 7 * 86_400_000;
