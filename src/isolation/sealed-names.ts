import { type Body, isBody, strings, unwrap, walk } from "../adopt/ast.ts";

/** What a text names, as far as sealed columns are concerned. */
export interface Named {
  readonly tables: ReadonlySet<string>;
  /** Tables by the names that the statement gives them, or to what selects all of their columns. */
  readonly aliases: ReadonlyMap<string, ReadonlySet<string>>;
  readonly columns: readonly { readonly name: string; readonly qualifier: string | null }[];
  /** Tables whose columns the statement gives other names, or joins by whatever names are equal. */
  readonly obscured: ReadonlySet<string>;
  /** Columns that it changes in rows that are there. */
  readonly changed: readonly { readonly table: string; readonly columns: ReadonlySet<string> }[];
}

export function namesIn(root: unknown): Named {
  const names = new Names();
  walk(root, (kind, body) => names.add(kind, body));
  return names;
}

class Names implements Named {
  readonly tables = new Set<string>();
  readonly aliases = new Map<string, Set<string>>();
  readonly columns: { name: string; qualifier: string | null }[] = [];
  readonly obscured = new Set<string>();
  readonly changed: { table: string; columns: ReadonlySet<string> }[] = [];

  add(kind: string, body: Body): void {
    switch (kind) {
      case "RangeVar":
        this.#addTable(body);
        break;
      case "ColumnRef": {
        const fields = strings(body["fields"]);
        this.#addColumns(fields.slice(-1), fields.at(-2) ?? null);
        break;
      }
      // (songs).email
      case "A_Indirection":
        this.#addColumns(strings(body["indirection"]));
        break;
      // email(songs)
      case "FuncCall":
        this.#addColumns(strings(body["funcname"]).slice(-1));
        break;
      case "JoinExpr":
        this.#addColumns(strings(body["usingClause"]));
        if (body["isNatural"]) for (const table of tablesIn(body)) this.obscured.add(table);
        // A join's own name covers all its columns.
        this.#addSource(body["alias"], tablesIn(body));
        break;
      case "RangeSubselect":
        this.#addSource(body["alias"], starredIn(body["subquery"]));
        if (isBody(body["alias"])) this.#addPlaces(body["alias"]["colnames"], body["subquery"]);
        break;
      case "CommonTableExpr":
        this.#addSource({ aliasname: body["ctename"] }, starredIn(body["ctequery"]));
        this.#addPlaces(body["aliascolnames"], body["ctequery"]);
        break;
      case "CopyStmt":
        this.#addColumns(strings(body["attlist"]));
        break;
      case "InsertStmt":
        this.#addColumns(targets(body["cols"]));
        this.#addPlaces([body["relation"]], body["selectStmt"]);
        if (isBody(body["relation"]))
          this.#addTable({ ...body["relation"], alias: { aliasname: "excluded" } });
        this.#addChange(body, body["onConflictClause"]);
        break;
      case "UpdateStmt":
        this.#addChange(body, body);
        break;
      case "MergeStmt":
        for (const clause of Array.isArray(body["mergeWhenClauses"]) ? body["mergeWhenClauses"] : []) {
          const when = unwrap(clause)?.[1];
          // An INSERT changes no row; what it fills is named all the same.
          if (when?.["commandType"] === "CMD_UPDATE") this.#addChange(body, when);
          else this.#addColumns(targets(when?.["targetList"]));
        }
    }
  }

  #addTable(body: Body): void {
    const table = String(body["relname"] ?? "");
    const alias = isBody(body["alias"]) ? body["alias"] : {};
    const name = String(alias["aliasname"] ?? table);
    this.tables.add(table);
    this.aliases.set(name, (this.aliases.get(name) ?? new Set()).add(table));
    if (Array.isArray(alias["colnames"]) && alias["colnames"].length > 0) this.obscured.add(table);
  }

  /** A column can come through a query in FROM by a star alone: where it is named, it is found there. */
  #addSource(alias: unknown, tables: readonly string[]): void {
    if (!isBody(alias)) return;
    const name = String(alias["aliasname"]);
    this.aliases.set(name, new Set([...(this.aliases.get(name) ?? []), ...tables]));
  }

  /** What takes all columns of a query by their places gives them other names. */
  #addPlaces(places: unknown, source: unknown): void {
    if (Array.isArray(places) && places.length > 0)
      for (const table of starredIn(source)) this.obscured.add(table);
  }

  #addColumns(names: readonly string[], qualifier: string | null = null): void {
    for (const name of names) this.columns.push({ name, qualifier });
  }

  #addChange(statement: Body, clause: unknown): void {
    if (!isBody(clause) || !isBody(statement["relation"])) return;
    const columns = targets(clause["targetList"]);
    this.#addColumns(columns);
    this.changed.push({ table: String(statement["relation"]["relname"]), columns: new Set(columns) });
  }
}

function tablesIn(root: unknown): string[] {
  const tables: string[] = [];
  walk(root, (kind, body) => {
    if (kind === "RangeVar") tables.push(String(body["relname"]));
  });
  return tables;
}

/** Tables whose columns a query may give without naming them. */
function starredIn(query: unknown): string[] {
  return hasStar(query) ? tablesIn(query) : [];
}

function hasStar(root: unknown): boolean {
  let isFound = false;
  walk(root, (kind) => {
    if (kind === "A_Star") isFound = true;
  });
  return isFound;
}

/** Columns that an insert or an update writes. */
function targets(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) => {
    const [kind, body] = unwrap(item) ?? ["", {} as Body];
    return kind === "ResTarget" && typeof body["name"] === "string" ? [body["name"]] : [];
  });
}
