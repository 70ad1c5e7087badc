import { type ReactNode, useEffect, useRef, useState } from "react";
import { useMessages } from "../messages/LocaleProvider.tsx";
import { Bone } from "./Bone.tsx";
import { Icon } from "./Icon.tsx";
import "./table.css";

export interface Column<Row> {
  readonly key: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  readonly isNumber?: boolean;
  /** Left out on narrow screens, where the identity and the state matter most. */
  readonly isSecondary?: boolean;
  readonly isHeaderHidden?: boolean;
  readonly hint?: string;
  readonly sort?: ColumnSort;
}

export interface ColumnSort {
  readonly direction: "ascending" | "descending" | "none";
  readonly label: string;
  readonly onToggle: () => void;
}

interface DataTableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  /** Undefined while the first rows load. */
  readonly rows: readonly Row[] | undefined;
  readonly rowKey: (row: Row) => string;
  /** What stands in place of rows when there are none: "none yet" or "nothing matches". */
  readonly blank: ReactNode;
  /** The failure of the last load. Old rows stay below it. */
  readonly problem?: ReactNode;
  readonly isStale?: boolean;
  readonly footer?: ReactNode;
}

const boneRows = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** A table in one of its states: loading, rows, none yet, nothing matches, error. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { caption, columns, rows, rowKey, blank, problem, isStale = false, footer } = props;
  const { general } = useMessages();
  const { ref, isScrollable } = useIsScrollable();
  const isBlank = rows !== undefined && rows.length === 0;

  if (rows === undefined && problem) return <>{problem}</>;
  if (isBlank) return <>{problem || blank}</>;
  return (
    <>
      {problem}
      <div
        ref={ref}
        className="table-frame"
        data-stale={isStale || undefined}
        {...(isScrollable ? { tabIndex: 0, role: "region", "aria-label": general.scrollable(caption) } : {})}
      >
        <table className="table" aria-busy={rows === undefined || isStale}>
          <caption className="only-for-readers">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <HeaderCell key={column.key} column={column} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows === undefined
              ? boneRows.map((key, index) => (
                  <tr key={key}>
                    {columns.map((column) => (
                      <td key={column.key} className={cellClass(column)}>
                        <Bone width={`${40 + ((index * 17 + column.key.length * 11) % 45)}%`} />
                      </td>
                    ))}
                  </tr>
                ))
              : rows.map((row) => (
                  <tr key={rowKey(row)}>
                    {columns.map((column) => (
                      <td key={column.key} className={cellClass(column)}>
                        {column.cell(row)}
                      </td>
                    ))}
                  </tr>
                ))}
          </tbody>
        </table>
      </div>
      {rows === undefined ? (
        <p className="only-for-readers" role="status">
          {general.loading}
        </p>
      ) : (
        footer
      )}
    </>
  );
}

function HeaderCell<Row>({ column }: { column: Column<Row> }) {
  const { sort } = column;
  return (
    <th
      scope="col"
      className={cellClass(column)}
      title={column.hint}
      aria-sort={sort && sort.direction !== "none" ? sort.direction : undefined}
    >
      {sort ? (
        <button type="button" className="sort" aria-label={sort.label} onClick={sort.onToggle}>
          {column.header}
          <span className="sort-mark" data-direction={sort.direction}>
            <Icon name={sort.direction === "ascending" ? "up" : "down"} size={12} />
          </span>
        </button>
      ) : column.isHeaderHidden ? (
        <span className="only-for-readers">{column.header}</span>
      ) : (
        column.header
      )}
    </th>
  );
}

function cellClass<Row>(column: Column<Row>): string | undefined {
  const classes = [column.isNumber && "cell-number", column.isSecondary && "cell-secondary"].filter(Boolean);
  return classes.length === 0 ? undefined : classes.join(" ");
}

/** A frame that scrolls must take focus, or the keyboard cannot scroll it; one that does not must not. */
function useIsScrollable() {
  const ref = useRef<HTMLDivElement>(null);
  const [isScrollable, setIsScrollable] = useState(false);
  useEffect(() => {
    const frame = ref.current;
    if (!frame) return;
    const observer = new ResizeObserver(() => setIsScrollable(frame.scrollWidth > frame.clientWidth + 1));
    observer.observe(frame);
    if (frame.firstElementChild) observer.observe(frame.firstElementChild);
    return () => observer.disconnect();
  });
  return { ref, isScrollable };
}
