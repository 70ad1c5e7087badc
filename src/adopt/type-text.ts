import type { Node } from "@pgsql/types";
import { deparseSync } from "pgsql-deparser";

/** A type as SQL writes it, such as `varchar(160)` or `text[]`. */
export function typeText(typeName: object): string {
  return deparseSync([{ TypeName: typeName } as Node]).replace(/;\s*$/, "");
}
