import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ApiKey } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Expiry } from "../../ui/Expiry.tsx";
import { Time } from "../../ui/Time.tsx";
import { useForbiddenToStaff } from "../session/use-forbidden-to-staff.ts";
import { apiKeysQuery } from "./queries.ts";
import { RevokeDialog } from "./RevokeDialog.tsx";

export function ApiKeysPage() {
  const { apiKeys: text } = useMessages();
  const navigate = useNavigate();
  const forbidden = useForbiddenToStaff();
  const { revoke }: { revoke?: string } = useSearch({ strict: false });
  const keys = useQuery(apiKeysQuery);
  const close = () => navigate({ to: "/api-keys", search: {}, replace: true });
  const create = (
    <Button
      look="primary"
      disabledReason={forbidden("platform_keys.manage")}
      onClick={() => navigate({ to: "/api-keys/new" })}
    >
      {text.create}
    </Button>
  );
  return (
    <>
      <PageHeading
        title={text.title}
        actions={
          <>
            <ApiAndCli calls={{ cli: manage("key list"), api: curl("GET", "/v1/api-keys") }} />
            {create}
          </>
        }
      />
      <DataTable
        caption={text.title}
        columns={useApiKeyColumns((key) => navigate({ to: "/api-keys", search: { revoke: key.id } }))}
        rows={keys.data?.items}
        rowKey={(key) => key.id}
        problem={keys.isError && <ProblemNote error={keys.error} onRetry={() => keys.refetch()} />}
        blank={
          <Blank title={text.none.title} action={create}>
            {text.none.body}
          </Blank>
        }
      />
      <RevokeDialog apiKey={keys.data?.items.find(({ id }) => id === revoke)} onClose={close} />
    </>
  );
}

function useApiKeyColumns(onRevoke: (key: ApiKey) => void): Column<ApiKey>[] {
  const { apiKeys: text, general } = useMessages();
  const forbidden = useForbiddenToStaff()("platform_keys.manage");
  return [
    {
      key: "name",
      header: text.name,
      cell: (key) => <span className="identity identity-wide">{key.name}</span>,
    },
    { key: "prefix", header: text.prefix, cell: (key) => <span className="mono nowrap">{key.prefix}…</span> },
    {
      key: "created",
      header: general.created,
      isSecondary: true,
      cell: (key) => <Time at={key.createdAt} />,
    },
    {
      key: "used",
      header: text.lastUsed,
      isSecondary: true,
      cell: (key) =>
        key.lastUsedAt ? <Time at={key.lastUsedAt} /> : <span className="quiet">{text.never}</span>,
    },
    { key: "expires", header: text.expires, isSecondary: true, cell: (key) => <Expiry at={key.expiresAt} /> },
    {
      key: "revoke",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: (key) => (
        <Button
          look="bare"
          aria-label={text.revokeNamed(key.name)}
          disabledReason={forbidden}
          onClick={() => onRevoke(key)}
        >
          {text.revoke}
        </Button>
      ),
    },
  ];
}
