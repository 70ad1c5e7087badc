import type { IconName } from "../ui/Icon.tsx";

/** The rooms of the console in the order of the navigation; `key` is the second key of `g …`. */
export const rooms = [
  { name: "tenants", to: "/tenants", icon: "tenants", key: "t" },
  { name: "migrations", to: "/migrations", icon: "migrations", key: "m" },
  { name: "isolation", to: "/isolation", icon: "isolation", key: "i" },
  { name: "cells", to: "/cells", icon: "cells", key: "c" },
  { name: "activity", to: "/activity", icon: "activity", key: "a" },
  { name: "apiKeys", to: "/api-keys", icon: "apiKeys", key: "k" },
] as const satisfies readonly { name: string; to: string; icon: IconName; key: string }[];
