import { Type } from "typebox";
import { one } from "../../db/sql.ts";
import { route } from "../route.ts";
import { pingDatabase } from "../store.ts";

const Health = Type.Object(
  {
    status: Type.Literal("ok", { description: "The process answers." }),
    limits: Type.Union([Type.Literal("alone"), Type.Literal("shared"), Type.Literal("apart")], {
      description:
        "How rates are kept: by this process alone, shared with others, or apart: their store is away, and each process admits its share.",
    }),
    database: Type.Literal("ok", { description: "The database answers; without it this is a 503." }),
  },
  { title: "Health" },
);

export const serverRoutes = [
  route({
    method: "GET",
    url: "/health",
    tag: "Server",
    permission: "anyone",
    action: null,
    unrecorded: "It tells nothing of anybody, and is asked every few seconds.",
    summary: "Tell whether the server works",
    isPublic: true,
    answer: Health,
    handle: async ({ house }) => {
      await one(house.tenancy.internals.control, pingDatabase);
      const { limits } = house.tenancy.internals;
      return { status: "ok", limits: limits.facts.mode, database: "ok" } as const;
    },
  }),
];
