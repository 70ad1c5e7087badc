import { Link } from "@tanstack/react-router";
import type { IsolationLevel, ProofAttempt } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { isolationLevels } from "../tenants/tenants-search.ts";
import { groupByWay, outcomes, type WayRow } from "./attempts.ts";
import "./proof.css";

/** What was tried, way by way, and how it ended at each level. */
export function WaysPanel({ attempts }: { attempts: readonly ProofAttempt[] }) {
  const { isolation, tenants } = useMessages();
  const columns: Column<WayRow>[] = [
    {
      key: "way",
      header: isolation.way,
      cell: ({ way }) => (
        <Link to="." search={{ way }} hash="attempts" className="identity">
          {isolation.ways[way] ?? way}
        </Link>
      ),
    },
    {
      key: "code",
      header: isolation.code,
      isSecondary: true,
      cell: ({ way }) => <span className="mono quiet">{way}</span>,
    },
    ...isolationLevels.map(
      (level): Column<WayRow> => ({
        key: level,
        header: tenants.levels[level],
        cell: (row) => <Outcomes row={row} level={level} />,
      }),
    ),
  ];
  return (
    <Panel title={isolation.byWay}>
      <DataTable
        caption={isolation.byWay}
        columns={columns}
        rows={groupByWay(attempts)}
        rowKey={({ way }) => way}
        blank={null}
      />
    </Panel>
  );
}

function Outcomes({ row, level }: { row: WayRow; level: IsolationLevel }) {
  const { isolation } = useMessages();
  const formats = useFormats();
  const counts = row.counts[level];
  const present = outcomes.filter((outcome) => counts[outcome] > 0);
  if (present.length === 0) return <span className="quiet">{isolation.noAttempt}</span>;
  return (
    <ul className="outcomes">
      {present.map((outcome) => (
        <li
          key={outcome}
          className="outcome"
          data-outcome={outcome}
          title={isolation.outcomeMeaning[outcome]}
        >
          {outcome !== "not_applicable" && <span className="number">{formats.number(counts[outcome])} </span>}
          {isolation.outcomesInText[outcome](counts[outcome])}
        </li>
      ))}
    </ul>
  );
}
