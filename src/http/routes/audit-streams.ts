import type { Static } from "typebox";
import type { Permission } from "../../access/permissions.ts";
import type { AuditStream as Stream } from "../../streams/stream.ts";
import { findTenant } from "../api-tenant.ts";
import type { House } from "../house.ts";
import { type Route, route } from "../route.ts";
import {
  AuditStream,
  AuditStreamCreate,
  AuditStreamList,
  AuditStreamReplay,
  AuditStreamReplayed,
  AuditStreamRotate,
  AuditStreamTest,
  AuditStreamUpdate,
  AuditStreamWithSecret,
  FailedMessageList,
} from "../schemas/audit-streams.ts";
import { TENANT } from "./tenants.ts";

interface Scope {
  readonly url: string;
  readonly of: string;
  readonly read: Permission;
  readonly manage: Permission;
  readonly params: Readonly<Record<string, string>>;
}

const PLATFORM: Scope = {
  url: "/v1/audit/streams",
  of: "of the whole audit log",
  read: "events.read",
  manage: "events.manage",
  params: {},
};
const OF_TENANT: Scope = {
  url: "/v1/tenants/:tenant/audit/streams",
  of: "of a tenant's audit log",
  read: "audit.read",
  manage: "audit.manage",
  params: { tenant: TENANT },
};

/** The same for the whole log and for one tenant's chain. */
function routesOf({ url, of, read, manage, params }: Scope): readonly Route[] {
  const withId = { ...params, id: "Id of the stream." };
  return [
    route({
      method: "GET",
      url,
      tag: "Audit trail",
      action: "audit_stream.read",
      permission: read,
      summary: `List the streams ${of}`,
      params,
      answer: AuditStreamList,
      handle: async ({ house, params }) => ({
        items: (await streamsOf(house).list(await tenantOf(house, params))).map(toApi),
      }),
    }),
    route({
      method: "POST",
      url,
      tag: "Audit trail",
      action: "audit.stream_created",
      permission: manage,
      summary: `Stream ${of.replace("of ", "")} to a receiver by signed webhook`,
      description:
        "Messages follow Standard Webhooks. The secret that signs them is in this answer and nowhere else.",
      isSecret: true,
      params,
      body: AuditStreamCreate,
      status: 201,
      answer: AuditStreamWithSecret,
      handle: async ({ house, params, body, by }) => {
        const { stream, secret } = await streamsOf(house).create(await tenantOf(house, params), body, by);
        return { stream: toApi(stream), secret };
      },
    }),
    route({
      method: "GET",
      url: `${url}/:id`,
      tag: "Audit trail",
      action: "audit_stream.read",
      permission: read,
      summary: `Show a stream ${of}`,
      params: withId,
      answer: AuditStream,
      handle: async ({ house, params }) =>
        toApi(await streamsOf(house).get(await tenantOf(house, params), idOf(params))),
    }),
    route({
      method: "PATCH",
      url: `${url}/:id`,
      tag: "Audit trail",
      action: "audit.stream_updated",
      permission: manage,
      summary: `Change, pause or activate a stream ${of}`,
      description: "What waits is tried at once.",
      params: withId,
      body: AuditStreamUpdate,
      answer: AuditStream,
      handle: async ({ house, params, body, by }) =>
        toApi(await streamsOf(house).update(await tenantOf(house, params), idOf(params), body, by)),
    }),
    route({
      method: "DELETE",
      url: `${url}/:id`,
      tag: "Audit trail",
      action: "audit.stream_removed",
      permission: manage,
      summary: `Remove a stream ${of}`,
      params: withId,
      answer: null,
      handle: async ({ house, params, by }) =>
        streamsOf(house).remove(await tenantOf(house, params), idOf(params), by),
    }),
    route({
      method: "POST",
      url: `${url}/:id/rotate-secret`,
      tag: "Audit trail",
      action: "audit.stream_secret_rotated",
      permission: manage,
      summary: `Draw a new secret for a stream ${of}`,
      description: "During the overlap each message carries two signatures.",
      isSecret: true,
      params: withId,
      body: AuditStreamRotate,
      isBodyOptional: true,
      answer: AuditStreamWithSecret,
      handle: async ({ house, params, body, by }) => {
        const tenantId = await tenantOf(house, params);
        const rotated = await streamsOf(house).rotateSecret(tenantId, idOf(params), body.overlapHours, by);
        return { stream: toApi(rotated.stream), secret: rotated.secret };
      },
    }),
    route({
      method: "POST",
      url: `${url}/:id/test`,
      tag: "Audit trail",
      action: "audit.stream_tested",
      permission: manage,
      summary: `Send a test to the receiver of a stream ${of}`,
      description: "One message without records. If it arrives, what waits is tried at once.",
      params: withId,
      answer: AuditStreamTest,
      handle: async ({ house, params, by }) => {
        const { status, error, durationMs } = await streamsOf(house).test(
          await tenantOf(house, params),
          idOf(params),
          by,
        );
        return { isDelivered: error === null, status, error, durationMs };
      },
    }),
    route({
      method: "GET",
      url: `${url}/:id/failed`,
      tag: "Audit trail",
      action: "audit_stream.read",
      permission: read,
      summary: `List messages of a stream ${of} that were given up`,
      params: withId,
      answer: FailedMessageList,
      handle: async ({ house, params }) => {
        const failed = await streamsOf(house).failed(await tenantOf(house, params), idOf(params));
        return {
          items: failed.map((each) => ({
            ...each,
            createdAt: each.createdAt.toISOString(),
            failedAt: each.failedAt.toISOString(),
          })),
        };
      },
    }),
    route({
      method: "POST",
      url: `${url}/:id/replay`,
      tag: "Audit trail",
      action: "audit.stream_replayed",
      permission: manage,
      summary: `Send messages of a stream ${of} again that were given up`,
      description: "With their old ids, beside the stream.",
      params: withId,
      body: AuditStreamReplay,
      isBodyOptional: true,
      answer: AuditStreamReplayed,
      handle: async ({ house, params, body, by }) => ({
        messages: await streamsOf(house).replay(
          await tenantOf(house, params),
          idOf(params),
          body.messages,
          by,
        ),
      }),
    }),
  ];
}

export const auditStreamRoutes: readonly Route[] = [...routesOf(PLATFORM), ...routesOf(OF_TENANT)];

function streamsOf(house: House) {
  return house.tenancy.internals.streams;
}

function idOf(params: Readonly<Record<string, string>>): string {
  return params["id"] ?? "";
}

/** The tenant of the path; null: the platform. */
async function tenantOf(house: House, params: object): Promise<string | null> {
  const { tenant } = params as { tenant?: string };
  return tenant === undefined ? null : (await findTenant(house, tenant)).id;
}

function toApi({ tenantId: _, ...stream }: Stream): Static<typeof AuditStream> {
  const time = (at: Date | null) => at?.toISOString() ?? null;
  return {
    ...stream,
    actions: [...stream.actions],
    failingSince: time(stream.failingSince),
    deliveredAt: time(stream.deliveredAt),
    formerSecretUntil: time(stream.formerSecretUntil),
    createdAt: stream.createdAt.toISOString(),
    updatedAt: stream.updatedAt.toISOString(),
  };
}
