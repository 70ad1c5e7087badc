import type { Permission } from "../access/permissions.ts";
import type { ResourceRef } from "../access/ports.ts";
import type { Asked } from "../audit/body.ts";
import { isTenancyError, type TenancyError } from "../base/errors.ts";
import type { RowFilter } from "../db/row-filter.ts";
import { type Denial, isRecordedDenial, recordDenial } from "../gate/denial.ts";
import { type Admission, type DoorParts, enter, factsOf, type Knock } from "../gate/door.ts";
import { allowanceOf, enterWays, paceCredential, paceTenant } from "../gate/pace.ts";
import { type OutsideIdp, OutsideTokens } from "../identity/outside-tokens.ts";
import type { Tenancy } from "../start.ts";
import { TenantResolver } from "../tenants/resolve.ts";

/** What a route asks of whoever comes. */
export type RoutePermission = Permission | "signed_in" | "anyone";

export interface GateOptions<R> {
  /** Default: `data.read` for GET and HEAD, `data.write` for the rest. */
  readonly permission?: (request: R) => RoutePermission | undefined;
  /** The thing that the request is about, for policies that ask for its attributes. */
  readonly resource?: (request: R) => ResourceRef | undefined;
  /** The app's own identity provider, whose tokens are accepted beside Tenancy's sessions and API keys. */
  readonly outside?: OutsideIdp;
  /** False: neither rates nor what is under way at one time are limited. */
  readonly limits?: false;
}

/** Somebody who was let in. */
export interface Admitted extends Admission {
  /** Whether they may do this too, with this resource, now. Leaves no record: the app answers for what it shows. */
  may(permission: Permission, resource?: ResourceRef): Promise<boolean>;
  /**
   * The rows that they may act on now: `ctx.tracks.findAll({ permitted: await admission.permitted("data.read") })`.
   * Where its `isExact` is false, ask about each row with `may`.
   */
  permitted(permission: Permission): Promise<RowFilter>;
  /**
   * For what lasts, such as a WebSocket or a stream of events: asks again twice a second, and calls once when they would
   * not be let in any more (signed out, removed, suspended, fewer roles), or when it cannot be told. Call what it
   * returns when the connection ends.
   */
  watch(onRefused: (refusal: Error) => void): () => void;
}

/** What the gate needs of the answer. */
export interface Reply {
  tell(headers: Readonly<Record<string, string>>): void;
  /** Calls once when the answer, stream or socket has ended, however it ended. */
  onEnd(listener: () => void): void;
}

const WATCH_MS = 500;

/** The gate of an embedding app: framework-free. Null for routes that are open to anyone. */
export function openGate<R>(tenancy: Tenancy, options: GateOptions<R>) {
  const parts = doorOf(tenancy, options.outside);
  return async (
    request: R,
    knock: Knock,
    at: {
      readonly tenantId: string;
      readonly route: string;
      readonly asked?: RoutePermission;
      readonly requestId?: string;
    },
    reply: Reply,
  ): Promise<Admitted | null> => {
    const permission = at.asked ?? options.permission?.(request) ?? defaultPermission(knock.method);
    if (permission === "anyone") return null;
    const resource = options.resource?.(request);
    const errand = { tenantId: at.tenantId, permission, ...(resource ? { resource } : {}) };
    const door = await parts();
    try {
      const admission = await enter(door, knock, errand);
      if (options.limits !== false) await limit(tenancy, door, admission, at.tenantId, reply);
      const again = () => enter(door, { ...knock, method: "GET" }, errand);
      const asked = (permission: Permission) => ({
        subject: admission.subject,
        permission,
        tenantId: at.tenantId,
        facts: factsOf(door, admission.principal, knock),
      });
      return {
        ...admission,
        may: async (permission, about) =>
          (await door.access.decide({ ...asked(permission), ...(about ? { resource: about } : {}) })).allowed,
        permitted: (permission) => door.access.filter(asked(permission)),
        watch: (onRefused) => watch(again, onRefused),
      };
    } catch (failure) {
      if (isTenancyError(failure) && isRecordedDenial(failure.code))
        await recordDenial(tenancy.internals.control, denialOf(failure, knock, at));
      throw failure;
    }
  };
}

/** The same limits as on the server, in the same counts. What support does is not the tenant's own use. */
async function limit(
  { internals, config }: Tenancy,
  { access }: DoorParts,
  { principal: { actor, kind } }: Admission,
  tenantId: string,
  { tell, onEnd }: Reply,
): Promise<void> {
  const { limits } = internals;
  await limits.open();
  const told = await paceCredential(limits, actor, tell);
  if (kind === "operator") return onEnd(await enterWays(limits, actor, null, tell));
  const tenant = { id: tenantId, ...(await allowanceOf(access.book, config.limits, tenantId)) };
  await paceTenant(limits, tenantId, tenant, [told], tell);
  onEnd(await enterWays(limits, actor, tenant, tell));
}

function defaultPermission(method: string): Permission {
  return method === "GET" || method === "HEAD" ? "data.read" : "data.write";
}

/** Made at the first request: compiling policies takes a moment that an app without a gate never pays. */
function doorOf(tenancy: Tenancy, outside: OutsideIdp | undefined): () => Promise<DoorParts> {
  const { control, executor, identity, access, parts, sso } = tenancy.internals;
  const tokens = outside ? new OutsideTokens(outside, parts.clock) : null;
  const resolver = new TenantResolver({
    control,
    onNotice: (listener) => executor.directory.onNotice(listener),
    baseDomains: [],
  });
  return async () => ({
    access: await access(),
    memberships: identity.memberships,
    isOperatorMfaRequired: tenancy.config.security.operatorMfaRequired,
    credentials: identity.credentials,
    pool: control,
    clock: parts.clock,
    publicUrl: tenancy.config.server.publicUrl,
    outside: tokens,
    assertServing: async (tenantId, principal) => {
      await executor.directory.get(tenantId);
      if (principal?.kind === "user") await sso.assertStanding(tenantId, principal);
    },
    tenantIdOf: (name) => resolver.byName(name),
  });
}

function watch(again: () => Promise<unknown>, onRefused: (refusal: Error) => void): () => void {
  let isAsking = false;
  const timer = setInterval(() => {
    if (isAsking) return;
    isAsking = true;
    again().then(
      () => {
        isAsking = false;
      },
      (refusal: Error) => {
        clearInterval(timer);
        onRefused(refusal);
      },
    );
  }, WATCH_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function denialOf(
  { code, details }: TenancyError,
  { method, ip }: Knock,
  at: { readonly tenantId: string; readonly route: string; readonly requestId?: string },
): Denial {
  return {
    by: {
      actor: String(details["actor"] ?? "nobody"),
      ...(typeof details["onBehalfOf"] === "string" ? { onBehalfOf: details["onBehalfOf"] } : {}),
      ...(at.requestId === undefined ? {} : { requestId: at.requestId }),
      ...(ip === undefined ? {} : { ip }),
      // The gate put it there.
      ...(details["asked"] ? { asked: details["asked"] as Asked } : {}),
    },
    tenantId: at.tenantId,
    method,
    route: at.route,
    code,
    permission: details["permission"],
    reasons: details["reasons"],
    policies: Array.isArray(details["policies"]) ? details["policies"].map(String) : [],
  };
}
