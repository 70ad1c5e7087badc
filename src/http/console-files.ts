import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { httpError } from "./errors.ts";

/** Serves the built console, and its page at every address that is the console's own. */
export async function serveConsole(app: FastifyInstance, folder: string | null): Promise<void> {
  const page = folder === null ? undefined : await readPage(join(folder, "index.html"));
  if (folder !== null && page) await app.register(files, { folder });
  app.setNotFoundHandler((request, reply) => {
    if (!page || !isPage(request)) throw httpError("request.no_route");
    return reply.header("cache-control", "no-cache").type("text/html; charset=utf-8").send(page);
  });
}

async function readPage(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (failure) {
    if ((failure as { code?: string }).code === "ENOENT") return undefined;
    throw failure;
  }
}

/** In a scope of its own: only these routes are opened by the hook. */
async function files(app: FastifyInstance, { folder }: { folder: string }): Promise<void> {
  app.addHook("onRoute", (options) => {
    options.config = { ...options.config, isPublic: true, action: null };
  });
  await app.register(fastifyStatic, {
    root: folder,
    // The files that are there now, one route each: no path of a request ever reaches the file system.
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Names in assets/ contain a hash of the content.
      const isHashed = path.includes("/assets/");
      reply.header("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}

export function isConsolePath(request: FastifyRequest): boolean {
  return !/^\/v1(\/|\?|$)/.test(request.url);
}

function isPage(request: FastifyRequest): boolean {
  const isRead = request.method === "GET" || request.method === "HEAD";
  return isRead && isConsolePath(request) && (request.headers.accept ?? "").includes("text/html");
}
