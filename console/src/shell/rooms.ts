import type { Room } from "./wing.ts";

interface StaffRoom extends Room {
  /** Without it the room has nothing to show. */
  readonly permission: string;
}

/** The operators' rooms in the order of the navigation. */
export const rooms: readonly StaffRoom[] = [
  {
    label: ({ shell }) => shell.rooms.tenants,
    to: "/tenants",
    permission: "tenants.list",
    icon: "tenants",
    key: "t",
  },
  { label: ({ people }) => people.title, to: "/people", permission: "users.read", icon: "people", key: "p" },
  {
    label: ({ shell }) => shell.rooms.migrations,
    to: "/migrations",
    permission: "migrations.read",
    icon: "migrations",
    key: "m",
  },
  {
    label: ({ shell }) => shell.rooms.isolation,
    to: "/isolation",
    permission: "proofs.read",
    icon: "isolation",
    key: "i",
  },
  {
    label: ({ shell }) => shell.rooms.encryption,
    to: "/encryption",
    permission: "root_keys.read",
    icon: "lock",
    key: "e",
  },
  {
    label: ({ shell }) => shell.rooms.cells,
    to: "/cells",
    permission: "places.read",
    icon: "cells",
    key: "c",
  },
  {
    label: ({ shell }) => shell.rooms.activity,
    to: "/activity",
    permission: "events.read",
    icon: "activity",
    key: "a",
  },
  {
    label: ({ shell }) => shell.rooms.security,
    to: "/security",
    permission: "incidents.read",
    icon: "isolation",
    key: "s",
  },
  { label: ({ shell }) => shell.rooms.audit, to: "/audit", permission: "events.read", icon: "log", key: "l" },
  {
    label: ({ shell }) => shell.rooms.apiKeys,
    to: "/api-keys",
    permission: "platform_keys.read",
    icon: "apiKeys",
    key: "k",
  },
];
