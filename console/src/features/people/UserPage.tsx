import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { isApiError } from "../../api/api-error.ts";
import type { MyTenant, PersonSession, UserDetail } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { Button } from "../../ui/Button.tsx";
import { CopyableId } from "../../ui/Copyable.tsx";
import { DataTable } from "../../ui/DataTable.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { EnabledButton } from "./EnabledButton.tsx";
import { EndAllDialog } from "./EndAllDialog.tsx";
import { endSessionOf, peopleTouches, userQuery } from "./queries.ts";
import { SessionsTable } from "./SessionsTable.tsx";

/** One user: who it is, what lets them in, where they are signed in. */
export function UserPage() {
  const { people: text } = useMessages();
  const { userId = "" } = useParams({ strict: false });
  const navigate = useNavigate();
  const user = useQuery(userQuery(userId));
  if (user.data) return <Shown user={user.data} />;
  if (isApiError(user.error, "user.not_found")) {
    return (
      <>
        <PageHeading title={text.notFound.title} />
        <Blank
          title={text.notFound.body}
          action={<Button onClick={() => navigate({ to: "/people" })}>{text.notFound.action}</Button>}
        />
      </>
    );
  }
  return (
    <>
      <PageHeading title={text.user} />
      {user.isError ? (
        <ProblemNote error={user.error} onRetry={() => user.refetch()} />
      ) : (
        <div className="stack" aria-busy="true">
          <Bone width="160px" />
          <Bone width="120px" />
        </div>
      )}
    </>
  );
}

function Shown({ user }: { user: UserDetail }) {
  const { people: text, general, shell } = useMessages();
  const [isEnding, setIsEnding] = useState(false);
  const name = user.name || user.email;
  const base = `/v1/users/${user.id}`;
  return (
    <>
      <PageHeading
        title={name}
        beside={
          <Mark tone={user.status === "active" ? "ok" : "quiet"} title={text.statusMeaning[user.status]}>
            {text.statuses[user.status]}
          </Mark>
        }
        actions={
          <>
            <ApiAndCli calls={{ cli: manage(`user sessions ${user.email}`), api: curl("GET", base) }} />
            <EnabledButton user={user} name={name} />
          </>
        }
      />
      <div className="stack-wide">
        <div className="two-columns">
          <Panel title={text.about}>
            <Facts
              facts={[
                { label: general.id, value: <CopyableId id={user.id} what={general.id} /> },
                { label: text.email, value: <span className="wrap-anywhere">{user.email}</span> },
                {
                  label: text.verified,
                  value: user.emailVerifiedAt ? <Time at={user.emailVerifiedAt} /> : text.notVerified,
                },
                { label: text.language, value: shell.languages[user.locale] },
                { label: text.added, value: <Time at={user.createdAt} /> },
              ]}
            />
          </Panel>
          <Panel title={text.tenants}>
            <TenantsTable tenants={user.tenants} />
          </Panel>
        </div>
        <Panel
          title={text.sessions}
          actions={<Button onClick={() => setIsEnding(true)}>{text.endAll}</Button>}
        >
          <SessionsTable base={base} act={(session) => <EndOne userId={user.id} session={session} />} />
        </Panel>
      </div>
      <EndAllDialog base={base} name={name} isOpen={isEnding} onClose={() => setIsEnding(false)} />
    </>
  );
}

function TenantsTable({ tenants }: { tenants: readonly MyTenant[] }) {
  const { people: text, access } = useMessages();
  return (
    <DataTable
      caption={text.tenants}
      columns={[
        {
          key: "name",
          header: text.tenant,
          cell: ({ id, name }) => (
            <Link className="identity identity-wide" to="/tenants/$tenantId" params={{ tenantId: id }}>
              {name}
            </Link>
          ),
        },
        {
          key: "roles",
          header: text.roles,
          cell: ({ roles }) => roles.map((key) => access.roleNames[key] ?? key).join(", "),
        },
      ]}
      rows={tenants}
      rowKey={({ id }) => id}
      blank={<Blank title={text.noTenants.title}>{text.noTenants.body}</Blank>}
    />
  );
}

function EndOne({ userId, session }: { userId: string; session: PersonSession }) {
  const { people: text, account } = useMessages();
  const toast = useToast();
  const device = session.device || account.sessions.unknownDevice;
  const end = useAction({
    run: (id: string) => endSessionOf(userId, id),
    touches: peopleTouches,
    onDone: () => toast(text.ended(device)),
  });
  return (
    <>
      {end.isError && <ProblemNote error={end.error} />}
      <Button
        look="bare"
        aria-label={text.endNamed(device)}
        isBusy={end.isPending}
        onClick={() => end.mutate(session.id)}
      >
        {text.end}
      </Button>
    </>
  );
}
