import type { PolicyChecked } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { policyTouches, removeTest } from "./queries.ts";

type Outcome = PolicyChecked["tests"][number];

interface TestsPanelProps {
  readonly outcomes: readonly Outcome[] | undefined;
  readonly isFaulty: boolean;
}

/** What the tenant expects of its rules, and what comes with the text in the editor. */
export function TestsPanel({ outcomes, isFaulty }: TestsPanelProps) {
  const { policies: text } = useMessages();
  const { tenant } = useHere();
  const remove = useAction({
    run: (id: string) => removeTest(tenant.id, id),
    touches: policyTouches(tenant.id),
  });
  const columns = useColumns((id) => remove.mutate(id));
  return (
    <Panel title={text.tests.title}>
      <p className="quiet prose">{text.tests.intro}</p>
      {isFaulty ? (
        <p className="quiet">{text.tests.afterFaults}</p>
      ) : (
        <DataTable
          caption={text.tests.title}
          columns={columns}
          rows={outcomes}
          rowKey={({ test }) => test.id}
          blank={<p className="quiet">{text.tests.none}</p>}
        />
      )}
      {remove.isError && <ProblemNote error={remove.error} />}
    </Panel>
  );
}

function useColumns(onRemove: (id: string) => void): Column<Outcome>[] {
  const { policies: text, general, access } = useMessages();
  const forbidden = useForbidden();
  const verdict = (isAllowed: boolean) => (isAllowed ? access.allowed : access.denied);
  return [
    { key: "name", header: text.name, cell: ({ test }) => <span className="identity">{test.name}</span> },
    {
      key: "question",
      header: text.tests.question,
      isSecondary: true,
      cell: ({ test: { question } }) => (
        <span className="quiet">
          <span className="mono">{question.permission}</span>{" "}
          {question.roles.map((role) => access.roleNames[role] ?? role).join(", ")}
        </span>
      ),
    },
    { key: "expected", header: text.tests.expected, cell: ({ test }) => verdict(test.isAllowed) },
    {
      key: "outcome",
      header: text.tests.outcome,
      cell: ({ test, allowed }) => (
        <Mark tone={test.isAllowed === allowed ? "ok" : "danger"}>
          {test.isAllowed === allowed ? text.tests.passes : text.tests.fails(verdict(allowed))}
        </Mark>
      ),
    },
    {
      key: "remove",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: ({ test }) => (
        <Button
          look="bare"
          aria-label={text.tests.removeNamed(test.name)}
          disabledReason={forbidden("policies.manage")}
          onClick={() => onRemove(test.id)}
        >
          {general.remove}
        </Button>
      ),
    },
  ];
}
