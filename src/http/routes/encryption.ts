import type { Static } from "typebox";
import { recordEvent } from "../../audit/record.ts";
import { shredPerson } from "../../identity/shred-person.ts";
import type { KeyView } from "../../keys/encryption.ts";
import type { Rotated } from "../../keys/rotation.ts";
import { findTenant } from "../api-tenant.ts";
import { route } from "../route.ts";
import {
  CustodianChange,
  Encryption,
  type EncryptionKey,
  EncryptionKeyList,
  KeyRotation,
  SealedColumnList,
  TenantColumnList,
} from "../schemas/encryption.ts";

const TENANT = "Id, slug or domain of the tenant.";

export const encryptionRoutes = [
  route({
    method: "GET",
    url: "/v1/encryption",
    tag: "Encryption",
    permission: "root_keys.read",
    action: "encryption.read",
    summary: "Show the state of all keys in numbers",
    answer: Encryption,
    handle: async ({ house }) => {
      const { encryption, config } = house.tenancy.internals;
      const sums = await encryption.sums();
      return {
        algorithm: config.security.encryptionAlgorithm,
        custodian: sums.custodian,
        rotationDays: sums.rotationDays,
        tenants: sums.tenants,
        shredded: sums.shredded,
        dataKeys: sums.data_keys,
        superseded: sums.superseded,
        due: sums.due,
        keptElsewhere: sums.kept_elsewhere,
        oldestAt: sums.oldest?.toISOString() ?? null,
      };
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/keys",
    tag: "Encryption",
    permission: "keys.read",
    action: "encryption_keys.read",
    summary: "List the encryption keys of a tenant, with how many values stand under each",
    description:
      "Never the keys themselves. The wrapping key comes first, then the keys of each purpose, newest first.",
    params: { tenant: TENANT },
    answer: EncryptionKeyList,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      const { encryption } = house.tenancy.internals;
      const keys = await encryption.keys({ tenantId: id });
      return {
        items: keys.map(toApiKey),
        nextRotationAt: encryption.nextRotation(keys)?.toISOString() ?? null,
      };
    },
  }),
  route({
    method: "GET",
    url: "/v1/encryption/columns",
    tag: "Encryption",
    permission: "root_keys.read",
    action: "encryption_columns.read",
    summary: "List the sealed columns of the app, and how far the sealing of those with rows has come",
    answer: SealedColumnList,
    handle: async ({ house }) => {
      const columns = await house.tenancy.internals.sealing.columns();
      return {
        items: columns.map(({ id: _, places, since, ...column }) => ({
          ...column,
          since: since?.toISOString() ?? null,
          placesSealed: places.sealed,
          places: places.total,
        })),
      };
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/keys/columns",
    tag: "Encryption",
    permission: "keys.read",
    action: "encryption_columns.read",
    summary: "Count what a tenant has in each sealed column, sealed and plain",
    description: "A full count: it reads all of the tenant's rows in these tables.",
    params: { tenant: TENANT },
    answer: TenantColumnList,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return { items: await house.tenancy.internals.sealing.tenantColumns(id) };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/keys/rotate",
    tag: "Encryption",
    permission: "keys.manage",
    action: "encryption.keys_rotated",
    summary: "Replace the encryption keys of a tenant now",
    description:
      "What is sealed from now on is sealed under the new keys. What was sealed before still opens, and is led to the new keys in the background; the list of keys shows how far that is.",
    params: { tenant: TENANT },
    answer: KeyRotation,
    handle: async ({ house, params, by }) => {
      const { id } = await findTenant(house, params.tenant);
      const { encryption } = house.tenancy.internals;
      const rotated = await encryption.startRotation({ tenantId: id }, by);
      house.inBackground("A rotation of keys broke off", () => encryption.finish({ tenantId: id }));
      return toApiRotation(rotated);
    },
  }),
  route({
    method: "PUT",
    url: "/v1/tenants/:tenant/keys/custodian",
    tag: "Encryption",
    permission: "root_keys.manage",
    action: "encryption.custodian_set",
    summary: "Put a tenant's keys under a key of its own, in AWS KMS or Vault",
    description:
      "The key is tried first. From then on nothing of the tenant opens without it: when its owner disables it, the tenant is unreadable within a minute, and no other tenant is affected. There is no falling back to the platform's key.",
    params: { tenant: TENANT },
    body: CustodianChange,
    answer: KeyRotation,
    handle: async ({ house, params, body, by }) => {
      const { id } = await findTenant(house, params.tenant);
      const { encryption } = house.tenancy.internals;
      const to = { url: body.url, credentials: body.credentials ?? null };
      return toApiRotation(await encryption.changeCustodian(id, to, by));
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/keys/custodian",
    tag: "Encryption",
    permission: "root_keys.manage",
    action: "encryption.custodian_set",
    summary: "Put a tenant's keys back under the platform's root key",
    description: "Needs the tenant's own key once more, to unwrap what it wrapped.",
    params: { tenant: TENANT },
    answer: KeyRotation,
    handle: async ({ house, params, by }) => {
      const { id } = await findTenant(house, params.tenant);
      const { encryption } = house.tenancy.internals;
      return toApiRotation(await encryption.changeCustodian(id, { url: null, credentials: null }, by));
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/encryption/subjects/:subject",
    tag: "Encryption",
    permission: "root_keys.manage",
    action: "encryption.subject_shredded",
    summary: "Destroy the platform's key of one person",
    description:
      "What the platform's own audit records tell of a user (`user:…`) or an operator opens no more. What tenants keep about the person is each tenant's: see the other route.",
    params: { subject: "The person, such as `user:<id>`." },
    answer: null,
    handle: async ({ house, params, by }) => {
      await shredPerson(house.tenancy.internals.subjects, params.subject, by);
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/keys/subjects/:subject",
    tag: "Encryption",
    permission: "keys.manage",
    action: "encryption.subject_shredded",
    summary: "Destroy the key of one person",
    description:
      "Whatever was sealed for this person opens no more, in any process and in any copy, and no new key is made for the same name. Repeatable.",
    params: { tenant: TENANT, subject: "The person, by the name that its values were sealed for." },
    answer: null,
    handle: async ({ house, params, by }) => {
      const { id } = await findTenant(house, params.tenant);
      // The name itself stays out of the log: it may be personal data.
      await house.tenancy.internals.subjects.shred(id, params.subject, (tx) =>
        recordEvent(tx, by, "encryption.subject_shredded", id),
      );
    },
  }),
];

function toApiRotation({ generation, epochs }: Rotated): Static<typeof KeyRotation> {
  return { generation, epochs: epochs.map((each) => ({ ...each })) };
}

function toApiKey(key: KeyView): Static<typeof EncryptionKey> {
  return {
    id: key.id,
    purpose: key.purpose,
    number: key.number,
    custodian: key.custodian,
    status: key.status,
    values: key.values,
    createdAt: key.createdAt.toISOString(),
    supersededAt: key.supersededAt?.toISOString() ?? null,
    endedAt: key.endedAt?.toISOString() ?? null,
  };
}
