import type { FastifyRequest } from "fastify";
import type { Origin } from "../identity/sessions.ts";

const DEVICE_CHARACTERS_MAX = 100;
/** The first that fits names it: Edge says Chrome too, and Chrome says Safari. */
const BROWSERS = [
  ["Edg", "Edge"],
  ["OPR", "Opera"],
  ["Firefox", "Firefox"],
  ["CriOS", "Chrome"],
  ["Chrome", "Chrome"],
  ["Safari", "Safari"],
] as const;
const SYSTEMS = [
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Android", "Android"],
  ["Windows", "Windows"],
  ["Mac OS X", "macOS"],
  ["CrOS", "ChromeOS"],
  ["Linux", "Linux"],
] as const;

/** Where a request comes from, as the list of devices tells it. */
export function originOf(request: FastifyRequest): Origin {
  return { device: deviceOf(request.headers["user-agent"] ?? ""), ip: request.ip };
}

/** `Firefox, Windows`; of an unknown program its own first word. */
export function deviceOf(userAgent: string): string {
  const browser = BROWSERS.find(([mark]) => userAgent.includes(mark))?.[1];
  const system = SYSTEMS.find(([mark]) => userAgent.includes(mark))?.[1];
  if (browser) return system ? `${browser}, ${system}` : browser;
  // Letters that a log or a mail could take for something else do not get in.
  const word = /^[\w./-]+/.exec(userAgent)?.[0] ?? "";
  return word.slice(0, DEVICE_CHARACTERS_MAX);
}
