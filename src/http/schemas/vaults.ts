import { Type } from "typebox";
import { LOCKS_MAX } from "../../vaults/limits.ts";
import { Id, Page, PageQuery, Timestamp } from "./common.ts";

const Text = (maxLength: number, description: string) =>
  Type.String({ pattern: "^[A-Za-z0-9_-]+$", maxLength, description });
const KeyId = Type.String({
  pattern: "^[A-Za-z0-9_-]{43}$",
  description: "SHA-256 of the public key, base64url.",
});
const PublicKey = Type.String({
  pattern: "^[A-Za-z0-9_-]{43}$",
  description: "X25519, 32 bytes, base64url.",
});
const Letter = Type.Object(
  {
    enc: Text(100, "Encapsulated key of HPKE, base64url."),
    ciphertext: Text(500, "Ciphertext of HPKE, base64url."),
  },
  { title: "VaultLetter", additionalProperties: false },
);
const Letters = (description: string) =>
  Type.Record(Type.String({ pattern: "^[A-Za-z0-9_-]{43}$" }), Letter, { description, maxProperties: 200 });

const Lock = Type.Union([
  Type.Object(
    {
      kind: Type.Literal("passphrase"),
      salt: Text(64, "Of PBKDF2, base64url."),
      iterations: Type.Integer({ minimum: 100_000, maximum: 10_000_000 }),
      sealed: Text(200, "The private half, base64url."),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Literal("passkey"),
      credentialId: Text(1_400, "Of the passkey, base64url."),
      salt: Text(64, "That the passkey's PRF is asked for, base64url."),
      sealed: Text(200, "The private half, base64url."),
    },
    { additionalProperties: false },
  ),
]);

export const VaultKey = Type.Object(
  { userId: Id, keyId: KeyId, publicKey: PublicKey, locks: Type.Array(Lock) },
  { title: "VaultKey" },
);
export const VaultKeyPut = Type.Object(
  {
    keyId: KeyId,
    publicKey: PublicKey,
    locks: Type.Array(Lock, {
      minItems: 1,
      maxItems: LOCKS_MAX,
      description: "Passphrases and passkeys that open it.",
    }),
    replaces: Type.Optional(KeyId),
  },
  { title: "VaultKeyPut", additionalProperties: false },
);
export const VaultHolders = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        userId: Id,
        email: Type.String(),
        name: Type.String(),
        keyId: KeyId,
        publicKey: PublicKey,
      }),
    ),
  },
  { title: "VaultHolders" },
);

const VaultBody = {
  name: Type.String({ minLength: 1, maxLength: 100, description: "For people; the server can read it." }),
  epoch: Type.Integer({ minimum: 1, description: "Grows when a holder leaves: the key is another one." }),
  revision: Type.Integer({ minimum: 1, description: "Grows by one with each change." }),
  grants: Letters("The vault's key, sealed to each holder, by key id."),
  manifest: Text(120_000, "Who the holders are, sealed under the vault's key."),
  earlier: Text(60_000, "The keys of earlier epochs, sealed under this one's."),
};
export const VaultPut = Type.Object(VaultBody, { title: "VaultPut", additionalProperties: false });
export const VaultCreate = Type.Object(
  { id: Id, ...VaultBody },
  { title: "VaultCreate", additionalProperties: false },
);
export const StoredVault = Type.Object(
  { id: Id, ...VaultBody, createdBy: Id, createdAt: Timestamp, updatedAt: Timestamp },
  { title: "Vault" },
);
export const VaultList = Type.Object({ items: Type.Array(StoredVault) }, { title: "VaultList" });
export const VaultOverviews = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        id: Id,
        name: Type.String(),
        epoch: Type.Integer(),
        revision: Type.Integer(),
        holders: Type.Array(KeyId),
        items: Type.Integer({ description: "How many values it has." }),
        staleItems: Type.Integer({ description: "Values still under a key that a former holder may know." }),
        sealedBytes: Type.Integer(),
        createdAt: Timestamp,
        updatedAt: Timestamp,
      }),
    ),
  },
  { title: "VaultOverviews" },
);

export const VaultItemQuery = Type.Object({
  ...PageQuery,
  isStale: Type.Optional(
    Type.Boolean({ description: "Only values under an earlier key, which are to be sealed anew." }),
  ),
});
const ItemFacts = {
  id: Type.String({ description: "Name of the value within its vault." }),
  version: Type.Integer({ description: "Grows with each write." }),
  epoch: Type.Integer({ description: "Of the key that it is sealed under." }),
  updatedAt: Timestamp,
};
export const VaultItemPage = Page(
  Type.Object({ ...ItemFacts, sealedBytes: Type.Integer() }),
  "VaultItemPage",
);
export const VaultItem = Type.Object(
  { ...ItemFacts, sealed: Type.String({ description: "Ciphertext, base64url." }), updatedBy: Id },
  { title: "VaultItem" },
);
export const VaultItemPut = Type.Object(
  {
    epoch: Type.Integer({ minimum: 1 }),
    sealed: Text(175_000, "Ciphertext, base64url; at most 128 KiB."),
    follows: Type.Optional(
      Type.Integer({ minimum: 0, description: "Version that was read; 0: there was none. Left out: any." }),
    ),
  },
  { title: "VaultItemPut", additionalProperties: false },
);

const RecoveryBody = {
  keyId: KeyId,
  publicKey: PublicKey,
  needed: Type.Integer({
    minimum: 2,
    maximum: 200,
    description: "So many holders bring the key back together.",
  }),
  shares: Letters("One share per holder, sealed to them, by key id."),
};
export const VaultRecoveryPut = Type.Object(RecoveryBody, {
  title: "VaultRecoveryPut",
  additionalProperties: false,
});
export const VaultRecovery = Type.Object(
  {
    ...RecoveryBody,
    createdAt: Timestamp,
    requests: Type.Array(
      Type.Object({
        id: Id,
        userId: Id,
        email: Type.String(),
        keyId: KeyId,
        publicKey: PublicKey,
        approvedBy: Type.Array(KeyId),
        isApproved: Type.Boolean(),
        approvals: Type.Union([Type.Array(Letter), Type.Null()], {
          description: "Shares sealed to who asked; null for everybody else.",
        }),
        createdAt: Timestamp,
        expiresAt: Timestamp,
      }),
    ),
  },
  { title: "VaultRecovery" },
);
export const VaultRecoveryRequested = Type.Object(
  { id: Id, expiresAt: Timestamp },
  { title: "VaultRecoveryRequested" },
);
export const VaultApproval = Letter;
