import { queryOptions } from "@tanstack/react-query";
import { getQuery } from "../../api/get-query.ts";
import type { Cell, Items, Region } from "../../api/types.ts";

export const cellsQuery = getQuery<Items<Cell>>("/v1/cells");

/** Regions change with the installation, not with the hour. */
export const regionsQuery = queryOptions({ ...getQuery<Items<Region>>("/v1/regions"), staleTime: 300_000 });
