import type pg from "pg";
import { many, one } from "../db/sql.ts";
import { countDirectory, listDirectoryGroups, listLastChanged } from "./store.ts";

/** As many as a person reads; the directory itself is the place to search. */
const GROUPS_SHOWN_MAX = 200;
const USERS_SHOWN_MAX = 20;

export interface Directory {
  readonly userCount: number;
  readonly activeCount: number;
  readonly groupCount: number;
  /** Those that the directory wrote last. */
  readonly lastChanged: readonly {
    readonly id: string;
    readonly userId: string;
    readonly userName: string;
    readonly isActive: boolean;
    readonly groups: readonly string[];
    readonly updatedAt: Date;
  }[];
  /** By name. */
  readonly groups: readonly {
    readonly id: string;
    readonly name: string;
    readonly userCount: number;
    /** What the group gives here. */
    readonly roles: readonly string[];
    readonly updatedAt: Date;
  }[];
}

/** What the tenant's directory brought so far. */
export async function readDirectory({ pool }: { pool: pg.Pool }, tenantId: string): Promise<Directory> {
  const counts = await one(pool, countDirectory, [tenantId]);
  const users = await many(pool, listLastChanged, [tenantId, USERS_SHOWN_MAX]);
  const groups = await many(pool, listDirectoryGroups, [tenantId, GROUPS_SHOWN_MAX]);
  return {
    userCount: counts.users,
    activeCount: counts.active,
    groupCount: counts.groups,
    lastChanged: users.map((row) => ({
      id: row.id,
      userId: row.user_id,
      userName: row.user_name,
      isActive: row.is_active,
      groups: row.groups,
      updatedAt: row.updated_at,
    })),
    groups: groups.map((row) => ({
      id: row.id,
      name: row.display_name,
      userCount: row.users,
      roles: row.roles,
      updatedAt: row.updated_at,
    })),
  };
}
