import type { Permission } from "../access/permissions.ts";
import type { ResourceRef } from "../access/ports.ts";
import { recordEvent } from "../audit/record.ts";
import { isTenancyError, type TenancyError } from "../base/errors.ts";
import type { RowFilter } from "../db/row-filter.ts";
import { withTx } from "../db/tx.ts";
import { type Admission, type DoorParts, enter, factsOf, type Knock } from "../gate/door.ts";
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

const WATCH_MS = 500;
export const DENIALS: ReadonlySet<string> = new Set([
  "access.denied",
  "access.step_up",
  "access.address_refused",
]);

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
  ): Promise<Admitted | null> => {
    const permission = at.asked ?? options.permission?.(request) ?? defaultPermission(knock.method);
    if (permission === "anyone") return null;
    const resource = options.resource?.(request);
    const errand = { tenantId: at.tenantId, permission, ...(resource ? { resource } : {}) };
    const door = await parts();
    try {
      const admission = await enter(door, knock, errand);
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
      if (isTenancyError(failure) && DENIALS.has(failure.code))
        await recordDenial(tenancy, failure, knock, at);
      throw failure;
    }
  };
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
    credentials: identity.credentials,
    pool: control,
    clock: parts.clock,
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

async function recordDenial(
  tenancy: Tenancy,
  { code, details }: TenancyError,
  { method, ip }: Knock,
  at: { readonly tenantId: string; readonly route: string; readonly requestId?: string },
): Promise<void> {
  const by = {
    actor: String(details["actor"] ?? "nobody"),
    ...(typeof details["onBehalfOf"] === "string" ? { onBehalfOf: details["onBehalfOf"] } : {}),
    ...(at.requestId === undefined ? {} : { requestId: at.requestId }),
    ...(ip === undefined ? {} : { ip }),
  };
  const policies = Array.isArray(details["policies"]) ? details["policies"].map(String) : [];
  await withTx(tenancy.internals.control, (tx) =>
    recordEvent(
      tx,
      by,
      "access.denied",
      at.tenantId,
      { method, route: at.route, code, permission: details["permission"], reasons: details["reasons"] },
      { outcome: "denied", policies },
    ),
  );
}
