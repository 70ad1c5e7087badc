import { readCookie } from "../gate/read-cookie.ts";
import type { DeviceMark } from "../identity/devices.ts";
import { cookie } from "./cookie.ts";

/** What a browser is known by, when somebody signs in with it again. It signs nobody in. */
const NAMES = { https: "__Host-tenancy_device", http: "tenancy_device" } as const;

export function deviceCookie({ token, expiresAt }: DeviceMark, isHttps: boolean): string {
  return cookie(NAMES, token, { expiresAt, isHttps });
}

/** Null when there is none. */
export function readDeviceCookie(header: string | undefined, isHttps: boolean): string | null {
  return readCookie(header, NAMES, isHttps) || null;
}
