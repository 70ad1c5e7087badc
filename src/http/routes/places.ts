import { many } from "../../db/sql.ts";
import { changeCellStatus } from "../../fleet/add-cell.ts";
import { describeCell, describeCells } from "../../fleet/cell-status.ts";
import { listPlans, listRegions } from "../../fleet/store.ts";
import { route } from "../route.ts";
import { Cell, CellList, CellUpdate, PlanList, RegionList } from "../schemas/fleet.ts";

const CELL = "Key of the cell.";

export const placeRoutes = [
  route({
    method: "GET",
    url: "/v1/plans",
    tag: "Plans and places",
    permission: "plans.read",
    action: "plan.read",
    summary: "List the plans, smallest first",
    answer: PlanList,
    handle: async ({ house }) => ({ items: await many(house.tenancy.internals.control, listPlans) }),
  }),
  route({
    method: "GET",
    url: "/v1/regions",
    tag: "Plans and places",
    permission: "places.read",
    action: "region.read",
    summary: "List the regions",
    answer: RegionList,
    handle: async ({ house }) => ({ items: await many(house.tenancy.internals.control, listRegions) }),
  }),
  route({
    method: "GET",
    url: "/v1/cells",
    tag: "Plans and places",
    permission: "places.read",
    action: "cell.read",
    summary: "List the cells with what they hold",
    answer: CellList,
    handle: async ({ house }) => {
      const { internals } = house.tenancy;
      return { items: await describeCells(internals, internals.config.pool) };
    },
  }),
  route({
    method: "GET",
    url: "/v1/cells/:cell",
    tag: "Plans and places",
    permission: "places.read",
    action: "cell.read",
    summary: "Show a cell",
    params: { cell: CELL },
    answer: Cell,
    handle: async ({ house, params }) => {
      const { internals } = house.tenancy;
      return describeCell(internals, params.cell, internals.config.pool);
    },
  }),
  route({
    method: "PATCH",
    url: "/v1/cells/:cell",
    tag: "Plans and places",
    permission: "places.manage",
    action: "cell.updated",
    summary: "Open a cell to new tenants, or close it",
    description: "A closed cell serves the tenants that it has.",
    params: { cell: CELL },
    body: CellUpdate,
    answer: Cell,
    handle: async ({ house, params, body, by }) => {
      const { internals } = house.tenancy;
      await changeCellStatus(internals.control, params.cell, body.status, by);
      return describeCell(internals, params.cell, internals.config.pool);
    },
  }),
];
