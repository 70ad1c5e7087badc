import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { Policy } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { useForbidden, useHere } from "../../shell/here.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Time } from "../../ui/Time.tsx";
import { policiesQuery } from "./queries.ts";

/** The policies that a tenant wrote, beside what its roles say. */
export function PoliciesPage() {
  const { policies: text } = useMessages();
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const navigate = useNavigate();
  const policies = useQuery(policiesQuery(tenant.id));
  const write = (
    <Button
      look="primary"
      disabledReason={forbidden("policies.manage")}
      onClick={() => void navigate({ to: "/t/$slug/policies/new", params: { slug: tenant.slug } })}
    >
      {text.write}
    </Button>
  );
  return (
    <>
      <PageHeading
        title={text.title}
        actions={
          <>
            <ApiAndCli
              calls={{
                cli: manage(`policy list ${tenant.slug}`),
                api: curl("GET", `/v1/tenants/${tenant.id}/policies`),
              }}
            />
            {policies.data && policies.data.items.length > 0 && write}
          </>
        }
      />
      <p className="prose">{text.intro}</p>
      <DataTable
        caption={text.title}
        columns={useColumns(tenant.slug)}
        rows={policies.data?.items}
        rowKey={({ id }) => id}
        problem={
          policies.isError && <ProblemNote error={policies.error} onRetry={() => void policies.refetch()} />
        }
        blank={
          <Blank title={text.none.title} action={write}>
            {text.none.body}
          </Blank>
        }
      />
    </>
  );
}

function useColumns(slug: string): Column<Policy>[] {
  const { policies: text, general } = useMessages();
  return [
    {
      key: "name",
      header: text.name,
      cell: ({ id, name }) => (
        <Link
          className="identity identity-wide"
          to="/t/$slug/policies/$policyId"
          params={{ slug, policyId: id }}
        >
          {name}
        </Link>
      ),
    },
    {
      key: "effect",
      header: text.effect,
      cell: ({ text: cedar }) => (
        <span className="mono">{/^\s*(?:\/\/.*\n\s*|@.*\n\s*)*(permit|forbid)/.exec(cedar)?.[1] ?? ""}</span>
      ),
    },
    {
      key: "state",
      header: general.status,
      cell: ({ isEnabled }) => (
        <Mark tone={isEnabled ? "ok" : "quiet"}>{isEnabled ? text.inForce : text.off}</Mark>
      ),
    },
    {
      key: "updated",
      header: general.updated,
      isSecondary: true,
      cell: ({ updatedAt }) => <Time at={updatedAt} />,
    },
  ];
}
