import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { ScimTokenList } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Expiry } from "../../ui/Expiry.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { ActorName } from "../audit/ActorName.tsx";
import { MakeTokenButton } from "./MakeTokenButton.tsx";
import { revokeToken, scimTouches, tokensQuery } from "./queries.ts";

type Token = ScimTokenList["items"][number];

/** The tokens of the tenant's directories, with their last use. */
export function TokensPanel() {
  const { scim: text } = useMessages();
  const { tenant } = useHere();
  const tokens = useQuery(tokensQuery(tenant.id));
  const [leaving, setLeaving] = useState<Token>();
  return (
    <Panel
      title={text.tokens}
      actions={
        <div className="row">
          <ApiAndCli
            calls={{
              cli: manage(`scim token list ${tenant.slug}`),
              api: curl("GET", `/v1/tenants/${tenant.id}/scim-tokens`),
            }}
          />
          <MakeTokenButton />
        </div>
      }
    >
      <p className="quiet">{text.tokensIntro}</p>
      <DataTable
        caption={text.tokens}
        columns={useTokenColumns(setLeaving)}
        rows={tokens.data?.items}
        rowKey={({ id }) => id}
        problem={tokens.isError && <ProblemNote error={tokens.error} onRetry={() => tokens.refetch()} />}
        blank={<Blank title={text.noTokens.title}>{text.noTokens.body}</Blank>}
      />
      <RevokeDialog token={leaving} onClose={() => setLeaving(undefined)} />
    </Panel>
  );
}

function useTokenColumns(onRevoke: (token: Token) => void): Column<Token>[] {
  const { scim: text, general } = useMessages();
  const forbidden = useForbidden()("scim.manage");
  return [
    {
      key: "name",
      header: text.name,
      cell: ({ name }) => <span className="identity identity-wide">{name}</span>,
    },
    {
      key: "used",
      header: text.lastUsed,
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? <span className="quiet">{text.neverUsed}</span> : <Time at={lastUsedAt} />,
    },
    {
      key: "created",
      header: general.created,
      isSecondary: true,
      cell: ({ createdAt }) => <Time at={createdAt} />,
    },
    {
      key: "maker",
      header: general.madeBy,
      isSecondary: true,
      cell: ({ createdBy }) => <ActorName actor={createdBy} isShort />,
    },
    {
      key: "ends",
      header: text.ends,
      cell: ({ expiresAt }) => <Expiry at={expiresAt} never={text.endsNever} />,
    },
    {
      key: "actions",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: (token) => (
        <div className="row">
          <EventsLink token={token} />
          <Button
            aria-label={text.revokeNamed(token.name)}
            disabledReason={forbidden}
            onClick={() => onRevoke(token)}
          >
            {text.revoke}
          </Button>
        </div>
      ),
    },
  ];
}

/** The audit log, of what this token did. */
function EventsLink({ token }: { token: Token }) {
  const { scim: text } = useMessages();
  const { permissions } = useHere();
  const { slug } = useParams({ strict: false });
  if (slug === undefined || !permissions.has("audit.read")) return null;
  return (
    <Link
      to="/t/$slug/audit"
      params={{ slug }}
      search={{ actor: `scim:${token.id}` }}
      aria-label={text.eventsNamed(token.name)}
    >
      {text.events}
    </Link>
  );
}

function RevokeDialog({ token, onClose }: { token: Token | undefined; onClose: () => void }) {
  const { scim: text } = useMessages();
  const { tenant } = useHere();
  const toast = useToast();
  const name = token?.name ?? "";
  const revoke = useAction({
    run: (id: string) => revokeToken(tenant.id, id),
    touches: scimTouches(tenant.id),
    onDone: () => {
      toast(text.revoked(name));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={text.revokeNamed(name)}
      isOpen={token !== undefined}
      onClose={onClose}
      effect={text.revokeEffect}
      verb={text.revoke}
      action={revoke}
      onConfirm={() => {
        if (token) revoke.mutate(token.id);
      }}
    />
  );
}
