import type { DeviceMark } from "../identity/devices.ts";
import { readCookie } from "./read-cookie.ts";

/** What a browser is known by, when somebody signs in with it again. It signs nobody in. */
const NAMES = { https: "__Host-tenancy_device", http: "tenancy_device" } as const;

export function deviceCookie({ token, expiresAt }: DeviceMark, isHttps: boolean): string {
  const parts = [
    `${isHttps ? NAMES.https : NAMES.http}=${token}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Strict",
    `Expires=${expiresAt.toUTCString()}`,
  ];
  return [...parts, ...(isHttps ? ["Secure"] : [])].join("; ");
}

/** Null when there is none. */
export function readDeviceCookie(header: string | undefined, isHttps: boolean): string | null {
  return readCookie(header, NAMES, isHttps) || null;
}
