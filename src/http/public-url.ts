import type { FastifyRequest } from "fastify";
import { isHttps } from "./authenticate.ts";
import type { House } from "./house.ts";

/** Where browsers reach this server: as configured, else where this request came to. No slash at the end. */
export function publicUrl(house: House, request: FastifyRequest): string {
  const configured = house.tenancy.config.server.publicUrl;
  if (configured !== undefined) return configured;
  return `${isHttps(request) ? "https" : "http"}://${request.host}`;
}
