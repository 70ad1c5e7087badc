import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Finding } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark, type Tone } from "../../ui/Mark.tsx";
import { Time } from "../../ui/Time.tsx";
import { Typed } from "../../ui/Typed.tsx";
import { postureQuery } from "./queries.ts";
import "./posture.css";

const tones: Readonly<Record<Finding["state"], Tone>> = { attention: "warn", choice: "quiet", fine: "ok" };

interface PosturePanelProps {
  /** Null: the platform's. */
  readonly tenantId: string | null;
  /** Address of a room, where this part of the console has it and the person may enter it. */
  readonly placeOf: (room: string) => { readonly to: string; readonly hash?: string | undefined } | undefined;
}

/** How safely a tenant or the platform stands: what was found, why it matters, and the way to cure it. */
export function PosturePanel({ tenantId, placeOf }: PosturePanelProps) {
  const { posture: text } = useMessages();
  const findings = useQuery(postureQuery(tenantId));
  const path = tenantId === null ? "/v1/posture" : `/v1/tenants/${tenantId}/posture`;
  const open = findings.data?.items.filter(({ state }) => state === "attention").length;
  return (
    <>
      <PageHeading
        title={text.title}
        beside={
          open !== undefined && (
            <Mark tone={open > 0 ? "warn" : "ok"}>{open > 0 ? text.open(open) : text.nothingOpen}</Mark>
          )
        }
        actions={
          <ApiAndCli
            calls={{
              cli: manage(tenantId === null ? "posture" : `posture ${tenantId}`),
              api: curl("GET", path),
            }}
          />
        }
      />
      <p className="prose">{text.intro}</p>
      <DataTable
        caption={text.title}
        columns={useColumns(placeOf)}
        rows={findings.data?.items}
        rowKey={({ check }) => check}
        problem={
          findings.isError && <ProblemNote error={findings.error} onRetry={() => void findings.refetch()} />
        }
        blank={null}
      />
    </>
  );
}

function useColumns(placeOf: PosturePanelProps["placeOf"]): Column<Finding>[] {
  const { posture: text, general } = useMessages();
  return [
    {
      key: "state",
      header: general.status,
      cell: ({ state }) => <Mark tone={tones[state]}>{text.states[state]}</Mark>,
    },
    { key: "finding", header: text.finding, cell: (finding) => <FindingText finding={finding} /> },
    {
      key: "room",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: ({ room, state }) => {
        if (room === null || state === "fine") return null;
        const place = placeOf(room);
        if (place === undefined) return null;
        return (
          <Link to={place.to} hash={place.hash}>
            {text.goTo(text.rooms[room] ?? room)}
          </Link>
        );
      },
    },
  ];
}

function FindingText({ finding }: { finding: Finding }) {
  const { posture: text } = useMessages();
  const { check, state, count, at } = finding;
  const known = text.checks[check];
  return (
    <div className="stack-tight finding">
      <span className="identity identity-wide">{known?.sentence(state, count ?? 0) ?? finding.sentence}</span>
      {state !== "fine" && (
        <>
          <span className="quiet">{known?.why ?? finding.why}</span>
          <span className="quiet">
            <Typed text={known?.cure ?? finding.cure} />
          </span>
        </>
      )}
      {at !== null && (
        <span className="quiet">
          <Time at={at} />
        </span>
      )}
    </div>
  );
}
