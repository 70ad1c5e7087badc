import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { isTenancyError } from "../../base/errors.ts";
import { whileServed } from "../../isolation/facets.ts";
import type { OpenedFile } from "../../isolation/storage.ts";
import { httpError } from "../errors.ts";
import { entityTag, fileHeaders, parseRange } from "../file-answer.ts";
import type { House } from "../house.ts";
import { route } from "../route.ts";

export const fileRoutes = [
  route({
    method: "GET",
    url: "/v1/files/:token",
    tag: "Files",
    action: "file.read",
    summary: "Open a file by its signed URL",
    description:
      "The URL that `ctx.storage.signedUrl()` gives is the credential: it opens one file of one tenant until it expires. Everything else, a closed tenant included, is the same 404.",
    isPublic: true,
    permission: "anyone",
    isFile: true,
    params: { token: "What the signed URL ends with." },
    answer: null,
    handle: async ({ house, params, request, reply }) => {
      const opened = await open(house, params.token);
      const secondsLeft = Math.floor((opened.expiresAt.getTime() - house.clock.now().getTime()) / 1000);
      return answer(opened, Math.max(secondsLeft, 0), request, reply);
    },
  }),
];

async function open(house: House, token: string): Promise<OpenedFile> {
  try {
    const opened = await house.tenancy.internals.storage.openSignedUrl(token);
    // Throws unless the tenant is served: a suspended tenant's files are closed with everything else.
    const context = await house.tenancy.data.context(opened.tenantId);
    context.close();
    const { directory } = house.tenancy.internals.executor;
    const { tenantId } = opened;
    return { ...opened, read: async (range) => whileServed(directory, tenantId, await opened.read(range)) };
  } catch (failure) {
    throw asLinkInvalid(failure);
  }
}

async function answer(
  { file, read }: OpenedFile,
  secondsLeft: number,
  { method, headers }: FastifyRequest,
  reply: FastifyReply,
) {
  const tag = entityTag(file);
  reply.headers(fileHeaders(file, secondsLeft));
  if (headers["if-none-match"] === tag) return void reply.code(304).send();
  // A range of another version than the caller's would be glued to it.
  const isSameVersion = headers["if-range"] === undefined || headers["if-range"] === tag;
  const range = isSameVersion ? parseRange(headers.range, file.sizeBytes) : undefined;
  if (range === null) {
    return void reply.code(416).header("content-range", `bytes */${file.sizeBytes}`).send();
  }
  const length = range ? range.last - range.first + 1 : file.sizeBytes;
  reply.header("content-length", length);
  if (range) {
    reply.code(206).header("content-range", `bytes ${range.first}-${range.last}/${file.sizeBytes}`);
  }
  // An empty stream, not nothing: Fastify would say that the file is empty.
  if (method === "HEAD") return Readable.from([]);
  return read(range).catch((failure: unknown) => {
    throw asLinkInvalid(failure);
  });
}

/** Expired, forged, foreign, removed, suspended: nobody learns which. A fault of ours stays one. */
function asLinkInvalid(failure: unknown): unknown {
  const isRefusal = isTenancyError(failure) && (failure.status < 500 || failure.code.startsWith("tenant."));
  return isRefusal ? httpError("file.link_invalid", {}, { cause: failure }) : failure;
}
