import { isIP } from "node:net";
import { uuidv7 } from "../base/ids.ts";
import { digestOf, type StateDigests } from "./digest.ts";
import { BODY_BYTES_MAX, TEXT_CHARACTERS_MAX } from "./limits.ts";
import type { SealedPersonal } from "./personal.ts";

/** Who acts, and in which request. Actors: `operator:<id>`, `user:<id>`, `key:<id>`, `cli:<user>`, `library`, `system:<reason>`. */
export interface Actor {
  readonly actor: string;
  readonly requestId?: string;
  /** Where the request came from. */
  readonly ip?: string;
  /** Id of the session, never its token. */
  readonly session?: string;
  /** Whose place the actor takes, such as `user:<id>` during support. The actor stays the one who really acts. */
  readonly onBehalfOf?: string;
  /** What the policies were asked about this act, where any were. */
  readonly asked?: Asked;
}

/** A question to a tenant's policies, as it can be put to other policies later. Attributes of things are not kept. */
export interface Asked {
  readonly permission: string;
  /** Who asked, in the tenant: kind and id of the subject. */
  readonly kind: string;
  readonly id: string;
  readonly roles: readonly string[];
  /** Absent: no bound. */
  readonly scopes?: readonly string[];
  readonly amr?: readonly string[];
  /** Seconds since a second factor was used; absent: never. */
  readonly mfaAgeS?: number;
  readonly purpose?: string;
  readonly device?: string;
  /** Seconds since the person first signed in with this browser; absent: not known. */
  readonly deviceAgeS?: number;
  readonly resource?: { readonly id: string; readonly type?: string; readonly hasAttributes?: true };
}

/** `change`: in the transaction of the change. `read`: of our own data. `request`: of an app, or what was refused. */
export type RecordKind = "change" | "read" | "request";
export type Outcome = "allowed" | "denied" | "failed";

export interface RecordInput {
  readonly kind: RecordKind;
  readonly action: string;
  readonly by: Actor;
  readonly tenantId: string | null;
  /** Default: allowed. */
  readonly outcome?: Outcome;
  /** Default: the tenant. */
  readonly resource?: string;
  /** Why it was allowed or denied: the determining policies. */
  readonly policies?: readonly string[];
  /** Digests of what was changed, before and after. */
  readonly states?: StateDigests;
  /** Of a person, sealed with that person's key. */
  readonly personal?: SealedPersonal;
  /** Never secrets, and nothing of a person but ids. */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Which process numbered it, and its number there: a lost tail is a missing number. */
  readonly boot?: string;
  readonly number?: number;
}

/** A record as it is stored: `body` is what is hashed, the other columns repeat parts of it. */
export interface StoredRecord {
  readonly id: string;
  readonly at: string;
  readonly tenantId: string | null;
  readonly kind: RecordKind;
  readonly action: string;
  readonly outcome: Outcome;
  readonly actor: string;
  readonly onBehalfOf: string | null;
  readonly resource: string | null;
  readonly requestId: string | null;
  readonly ip: string | null;
  readonly session: string | null;
  readonly body: string;
}

/** The record's bytes are made here, once; whoever verifies hashes them as they are, and formats nothing again. */
export function composeRecord(input: RecordInput, nowMs = Date.now()): StoredRecord {
  const { by, tenantId } = input;
  const columns = {
    id: uuidv7(nowMs),
    at: new Date(nowMs).toISOString(),
    kind: input.kind,
    action: input.action,
    outcome: input.outcome ?? "allowed",
    actor: clean(by.actor),
    onBehalfOf: by.onBehalfOf === undefined ? null : clean(by.onBehalfOf),
    tenantId,
    resource: resourceOf(input),
    requestId: by.requestId === undefined ? null : clean(by.requestId),
    ip: by.ip !== undefined && isIP(by.ip) !== 0 && !by.ip.includes("%") ? by.ip : null,
    session: by.session === undefined ? null : clean(by.session),
  };
  const rest = {
    policies: input.policies,
    asked: by.asked,
    boot: input.boot,
    number: input.number,
    ...input.states,
    personal: input.personal,
  };
  const body = castable(JSON.stringify({ v: 1, ...columns, ...rest, detail: input.detail ?? {} }));
  // A record is never refused for its size: what was done stays, its detail becomes a digest.
  return { ...columns, body: body.length <= BODY_BYTES_MAX / 3 ? body : shorten(body, columns, rest, input) };
}

function shorten(body: string, columns: object, rest: object, { detail }: RecordInput): string {
  if (Buffer.byteLength(body) <= BODY_BYTES_MAX) return body;
  return JSON.stringify({
    v: 1,
    ...columns,
    ...rest,
    detail: { isTooLarge: true, digest: digestOf(detail) },
  });
}

function resourceOf({ resource, tenantId }: RecordInput): string | null {
  if (resource !== undefined) return clean(resource);
  return tenantId === null ? null : `tenant:${tenantId}`;
}

/** PostgreSQL takes no NUL and no half surrogate; column and body must say the same. */
function clean(text: string): string {
  const short = text.length > TEXT_CHARACTERS_MAX ? text.slice(0, TEXT_CHARACTERS_MAX) : text;
  return short.toWellFormed().replaceAll("\u0000", "\ufffd");
}

/** JSON that PostgreSQL can cast to jsonb: it refuses NUL and half surrogates, also as escapes. */
function castable(json: string): string {
  if (!json.includes("\\u0000") && !json.includes("\\ud")) return json;
  // An escaped backslash is one match, so that what follows it is not taken for an escape.
  return json.replace(/\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g, (whole, what: string) =>
    what.length > 1 ? "\\ufffd" : whole,
  );
}
