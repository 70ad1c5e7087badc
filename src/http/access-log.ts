import type { FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "../base/log.ts";

/** One line per answer: the path without its query, which may hold what people searched for. */
export function accessLogger(log: Log) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    log.info("request", {
      method: request.method,
      path: request.url.split("?", 1)[0],
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
      actor: request.principal?.actor ?? "nobody",
      requestId: request.id,
    });
  };
}
