import { type Actor, recordEvent } from "../audit/record.ts";
import { OutboundRefusal } from "../base/guarded-fetch.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { many, maybe } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { assertGrantable, type MemberActor } from "../identity/members.ts";
import { OWNER } from "../identity/ports.ts";
import { announceRevocation } from "../identity/revocations.ts";
import {
  assertDescribed,
  assertUrl,
  BLANK_OIDC,
  BLANK_SAML,
  type ClaimMapping,
  type Connection,
  fromRow,
  invalid,
  type OidcInput,
  type ProviderKey,
  type SamlConnectionSettings,
  type SamlInput,
  toCertificates,
  toMapping,
  toOidcSettings,
} from "./connection.ts";
import { ssoError } from "./errors.ts";
import { CONNECTIONS_MAX } from "./limits.ts";
import type { OidcSettings } from "./oidc/relying-party.ts";
import type { SsoParts } from "./parts.ts";
import { assertWayBack } from "./rules.ts";
import { CERTIFICATES_MAX, readIdpMetadata } from "./saml/metadata.ts";
import { SamlRefusal } from "./saml/refusal.ts";
import { secretContext } from "./sealed-places.ts";
import {
  type ConnectionRow,
  deleteConnection,
  deleteConnectionSessions,
  findConnection,
  findConnectionById,
  insertConnection,
  listConnections,
  lockConnection,
  lockTenant,
  updateConnection,
} from "./store.ts";

export interface ConnectionInput {
  readonly name: string;
  readonly provider?: ProviderKey | null;
  readonly oidc?: OidcInput;
  readonly saml?: SamlInput;
  readonly mapping?: Partial<ClaimMapping>;
}

export async function readConnections(parts: SsoParts, tenantId: string): Promise<Connection[]> {
  return (await many(parts.pool, listConnections, [tenantId, CONNECTIONS_MAX])).map(fromRow);
}

/** Throws sso.connection_not_found, for another tenant's too. */
export async function readConnection(parts: SsoParts, tenantId: string, id: string): Promise<Connection> {
  return fromRow(await rowOf(parts, tenantId, id));
}

async function rowOf(parts: SsoParts, tenantId: string, id: string): Promise<ConnectionRow> {
  const row = isUuid(id) ? await maybe(parts.pool, findConnection, [tenantId, id]) : undefined;
  if (!row) throw ssoError("sso.connection_not_found", { id });
  return row;
}

/** By the id in an address at the provider. */
export async function connectionById(parts: SsoParts, id: string): Promise<Connection | undefined> {
  const row = isUuid(id) ? await maybe(parts.pool, findConnectionById, [id]) : undefined;
  return row && fromRow(row);
}

/**
 * A draft: it can be tested, and nobody signs in by it. With an empty `oidc` or `saml` it has our addresses and waits
 * for the provider's. Throws sso.settings_invalid, sso.provider_unreachable, sso.too_many.
 */
export async function createConnection(
  parts: SsoParts,
  tenantId: string,
  input: ConnectionInput,
  by: Actor,
): Promise<Connection> {
  if ((input.oidc === undefined) === (input.saml === undefined)) {
    const message = "Expected either `oidc` or `saml`.";
    throw invalid("the kind of provider is not said", [{ path: "oidc", message }]);
  }
  const id = uuidv7();
  const isSaid = Object.keys(input.oidc ?? input.saml ?? {}).length > 0;
  const settings = isSaid ? await firstSettings(parts, input) : input.oidc ? BLANK_OIDC : BLANK_SAML;
  const secret = await sealSecret(parts, tenantId, id, input.oidc?.clientSecret ?? null);
  const now = parts.clock.now();
  return withTx(parts.pool, async (tx) => {
    await maybe(tx, lockTenant, [tenantId]);
    if ((await many(tx, listConnections, [tenantId, CONNECTIONS_MAX])).length >= CONNECTIONS_MAX) {
      throw ssoError("sso.too_many", { max: CONNECTIONS_MAX, what: "SSO connections" });
    }
    const kind = input.oidc ? "oidc" : "saml";
    const row = await maybe(tx, insertConnection, [
      tenantId,
      id,
      kind,
      input.name,
      "draft",
      JSON.stringify(settings),
      secret,
      JSON.stringify(toMapping(input.mapping ?? {})),
      now,
      kind === "saml" && isSaid ? now : null,
      input.provider ?? null,
      by.actor,
    ]);
    await recordEvent(tx, by, "sso.connection_created", tenantId, {
      connectionId: id,
      kind,
      name: input.name,
    });
    return fromRow(row as ConnectionRow); // just inserted
  });
}

function firstSettings(parts: SsoParts, { oidc, saml }: ConnectionInput) {
  return oidc ? toOidcSettings(oidc) : toSamlSettings(parts, saml as SamlInput); // one of them is there
}

export interface ConnectionChange {
  readonly name?: string;
  readonly status?: Connection["status"];
  readonly oidc?: Partial<OidcInput>;
  readonly saml?: SamlInput;
  readonly mapping?: Partial<ClaimMapping>;
}

/**
 * Disabling ends the sessions that came from it. What signs people in speaks for owners, too: only who has all that they
 * have makes it active, or changes what is believed of an active one.
 *
 * @throws sso.connection_not_found, sso.settings_invalid, role.not_grantable
 */
export async function changeConnection(
  parts: SsoParts,
  tenantId: string,
  id: string,
  change: ConnectionChange,
  by: MemberActor,
): Promise<Connection> {
  const known = fromRow(await rowOf(parts, tenantId, id));
  await assertMaySpeakForAll(parts, tenantId, known.status, change, by);
  const wrong = known.kind === "oidc" ? "saml" : "oidc";
  if (change[wrong]) {
    const message = `Expected no \`${wrong}\`: the kind of a connection does not change.`;
    throw invalid("the kind of provider does not change", [{ path: wrong, message }]);
  }
  const settings = await changedSettings(parts, known, change);
  const given = change.oidc?.clientSecret;
  const secret = given === undefined ? undefined : await sealSecret(parts, tenantId, id, given);
  const changed = await withTx(parts.pool, async (tx) => {
    const before = await maybe(tx, lockConnection, [tenantId, id]);
    if (!before) throw ssoError("sso.connection_not_found", { id });
    // Activated in between: who may change it is another question now.
    if (before.status !== known.status) return undefined;
    const status = change.status ?? before.status;
    const row = await maybe(tx, updateConnection, [
      tenantId,
      id,
      change.name ?? before.name,
      status,
      JSON.stringify(settings),
      secret === undefined ? before.secret : secret,
      JSON.stringify(toMapping(change.mapping ?? {}, fromRow(before).mapping)),
      parts.clock.now(),
      change.saml ? parts.clock.now() : null,
    ]);
    if (status !== "active" && before.status === "active") await endConnection(tx, tenantId, id);
    const after = fromRow(row as ConnectionRow); // it is locked, so it is there
    if (status === "active") assertDescribed(after);
    const detail = {
      connectionId: id,
      fields: Object.keys(change),
      ...(change.status ? { status } : {}),
    };
    const states = { of: `sso_connection:${id}`, before: stateOf(fromRow(before)), after: stateOf(after) };
    await recordEvent(tx, by, "sso.connection_updated", tenantId, detail, { states });
    return after;
  });
  return changed ?? changeConnection(parts, tenantId, id, change, by);
}

async function assertMaySpeakForAll(
  parts: SsoParts,
  tenantId: string,
  status: Connection["status"],
  change: ConnectionChange,
  by: MemberActor,
): Promise<void> {
  const isActive = (change.status ?? status) === "active";
  const isOther = status !== "active" || change.oidc || change.saml || change.mapping;
  if (isActive && isOther) await assertGrantable(parts.identity.parts.roles, tenantId, [OWNER], by);
}

export async function removeConnection(
  parts: SsoParts,
  tenantId: string,
  id: string,
  by: Actor,
): Promise<void> {
  await withTx(parts.pool, async (tx) => {
    const gone = isUuid(id) ? await maybe(tx, deleteConnection, [tenantId, id]) : undefined;
    if (!gone) throw ssoError("sso.connection_not_found", { id });
    await endConnection(tx, tenantId, id);
    await recordEvent(tx, by, "sso.connection_removed", tenantId, { connectionId: id, name: gone.name });
  });
}

async function endConnection(tx: Tx, tenantId: string, id: string): Promise<void> {
  await assertWayBack(tx, tenantId);
  for (const session of await many(tx, deleteConnectionSessions, [`sso:${id}`])) {
    await announceRevocation(tx, "session", session.id);
  }
}

async function changedSettings(parts: SsoParts, known: Connection, change: ConnectionChange) {
  if (known.kind === "oidc") {
    if (!change.oidc) return known.settings;
    const { clientSecret, ...oidc } = change.oidc;
    const auth = clientSecret === null ? ({ clientAuth: "none" } as const) : {};
    return toOidcSettings({ ...known.settings, ...auth, ...oidc });
  }
  if (!change.saml) return known.settings;
  const settings = await toSamlSettings(parts, {
    ...plainSettings(known.settings, change.saml),
    ...change.saml,
  });
  if (!change.saml.keepsCertificates) return settings;
  const both = new Set([...settings.certificates, ...known.settings.certificates]);
  return { ...settings, certificates: [...both].slice(0, CERTIFICATES_MAX) };
}

/** What was read from metadata is read anew; what was given by hand stays. */
function plainSettings(known: SamlConnectionSettings, change: SamlInput): SamlInput {
  const { metadataUrl, ...others } = known;
  const isByHand =
    change.entityId !== undefined || change.ssoUrl !== undefined || change.certificates !== undefined;
  return { ...others, ...(isByHand ? {} : { metadataUrl }) };
}

async function toSamlSettings(parts: SsoParts, input: SamlInput): Promise<SamlConnectionSettings> {
  const { metadataUrl = null, metadataXml, allowsIdpInitiated = false } = input;
  if (metadataUrl !== null && metadataXml === undefined) {
    assertUrl("saml.metadataUrl", metadataUrl);
    return { ...readMetadata(await fetchMetadata(parts, metadataUrl)), metadataUrl, allowsIdpInitiated };
  }
  if (metadataXml !== undefined) return { ...readMetadata(metadataXml), metadataUrl, allowsIdpInitiated };
  const { entityId, ssoUrl, certificates = [] } = input;
  if (!entityId || !ssoUrl || certificates.length === 0 || certificates.length > CERTIFICATES_MAX) {
    const message = `Expected \`metadataUrl\`, \`metadataXml\`, or \`entityId\`, \`ssoUrl\` and 1 to ${CERTIFICATES_MAX} \`certificates\`.`;
    throw invalid("the provider is not described", [{ path: "saml", message }]);
  }
  assertUrl("saml.ssoUrl", ssoUrl);
  return {
    entityId,
    ssoUrl,
    certificates: toCertificates(certificates),
    metadataUrl: null,
    allowsIdpInitiated,
  };
}

function readMetadata(xml: string) {
  try {
    const metadata = readIdpMetadata(xml);
    assertUrl("saml.ssoUrl", metadata.ssoUrl);
    return metadata;
  } catch (failure) {
    if (failure instanceof SamlRefusal) throw invalid(`the metadata was refused: ${failure.message}`);
    throw failure;
  }
}

/** Throws sso.provider_unreachable. */
export async function fetchMetadata({ fetch }: Pick<SsoParts, "fetch">, url: string): Promise<string> {
  try {
    const response = await fetch(url, {
      headers: { accept: "application/samlmetadata+xml, application/xml" },
    });
    if (response.ok) return await response.text();
    throw ssoError("sso.provider_unreachable", { reason: `it answered with status ${response.status}` });
  } catch (failure) {
    if (failure instanceof OutboundRefusal)
      throw ssoError("sso.provider_unreachable", { reason: failure.message });
    throw failure;
  }
}

async function sealSecret(
  parts: SsoParts,
  tenantId: string,
  id: string,
  secret: string | null,
): Promise<Buffer | null> {
  if (secret === null) return null;
  return parts.keyring.seal({ tenantId }, "secrets", secretContext(id), Buffer.from(secret));
}

/** The settings with the secret, for the relying party alone. */
export async function oidcSettings(
  parts: SsoParts,
  connection: Connection & { readonly kind: "oidc" },
): Promise<OidcSettings> {
  const { tenantId, id } = connection;
  const { secret } = await rowOf(parts, tenantId, id);
  const clientSecret =
    secret && (await parts.keyring.open({ tenantId }, secretContext(id), secret, "secrets")).toString();
  return { ...connection.settings, clientSecret };
}

function stateOf({ name, kind, status, settings, mapping, hasSecret }: Connection) {
  return { name, kind, status, settings, mapping, hasSecret };
}
