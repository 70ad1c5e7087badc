import type { Room } from "./wing.ts";

/** The operators' rooms in the order of the navigation. */
export const rooms: readonly Room[] = [
  { label: ({ shell }) => shell.rooms.tenants, to: "/tenants", icon: "tenants", key: "t" },
  { label: ({ people }) => people.title, to: "/people", icon: "people", key: "p" },
  { label: ({ shell }) => shell.rooms.migrations, to: "/migrations", icon: "migrations", key: "m" },
  { label: ({ shell }) => shell.rooms.isolation, to: "/isolation", icon: "isolation", key: "i" },
  { label: ({ shell }) => shell.rooms.encryption, to: "/encryption", icon: "lock", key: "e" },
  { label: ({ shell }) => shell.rooms.cells, to: "/cells", icon: "cells", key: "c" },
  { label: ({ shell }) => shell.rooms.activity, to: "/activity", icon: "activity", key: "a" },
  { label: ({ shell }) => shell.rooms.security, to: "/security", icon: "isolation", key: "s" },
  { label: ({ shell }) => shell.rooms.audit, to: "/audit", icon: "log", key: "l" },
  { label: ({ shell }) => shell.rooms.apiKeys, to: "/api-keys", icon: "apiKeys", key: "k" },
];
