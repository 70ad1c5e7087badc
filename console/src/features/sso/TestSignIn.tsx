import { useQuery } from "@tanstack/react-query";
import type { SsoConnection, SsoFinished } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { CopyableId } from "../../ui/Copyable.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { ExactTime } from "../../ui/Time.tsx";
import { beginTest, domainsQuery, rulesQuery, testOutcomeQuery } from "./queries.ts";
import { useSsoBase } from "./use-sso-base.ts";

/** A real sign-in at the provider that opens no session: what came back, and what it would mean here. */
export function TestSignIn({ connection }: { connection: SsoConnection }) {
  const { test: text } = useMessages().sso;
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const base = useSsoBase();
  const outcome = useQuery(testOutcomeQuery(connection.id)).data ?? null;
  const begin = useAction({
    run: (_: undefined) => beginTest(tenant.id, connection.id, base(`/${connection.id}?step=test`)),
    touches: [],
  });
  return (
    <Panel title={text.signIn}>
      <p className="prose quiet">{text.signInIntro}</p>
      {outcome?.kind === "refused" && (
        <Notice tone="danger" role="alert" title={text.failedTitle}>
          <ProblemNote error={outcome.error} />
        </Notice>
      )}
      {outcome?.kind === "said" && <Said said={outcome.said} />}
      {begin.isError && <ProblemNote error={begin.error} />}
      <div className="row">
        <Button
          isBusy={begin.isPending}
          disabledReason={forbidden("sso.manage") || (!connection.isDescribed && text.notDescribed)}
          onClick={() => begin.mutate(undefined)}
        >
          {text.signIn}
        </Button>
      </div>
    </Panel>
  );
}

function Said({ said }: { said: NonNullable<SsoFinished["test"]> }) {
  const { sso, access } = useMessages();
  const { test: text } = sso;
  const notSaid = <span className="quiet">{text.notSaid}</span>;
  return (
    <>
      <Verdict email={said.email} />
      <Facts
        facts={[
          { label: text.email, value: said.email ?? notSaid },
          { label: text.name, value: said.name || notSaid },
          {
            label: text.subject,
            value: said.subject === null ? notSaid : <CopyableId id={said.subject} what={text.subject} />,
          },
          {
            label: text.groups,
            value: said.groups === null ? text.groupsNone : said.groups.join(", ") || notSaid,
          },
          {
            label: text.roles,
            value: useRolesBy(said.groups)
              .map((key) => access.roleNames[key] ?? key)
              .join(", "),
          },
          { label: text.mfa, value: said.isMfa ? text.mfaYes : text.mfaNo },
          {
            label: text.authenticated,
            value: said.authenticatedAt === null ? notSaid : <ExactTime at={said.authenticatedAt} />,
          },
        ]}
      />
    </>
  );
}

function Verdict({ email }: { email: string | null }) {
  const { test: text } = useMessages().sso;
  const { tenant } = useHere();
  const domains = useQuery(domainsQuery(tenant.id)).data?.items ?? [];
  const domain = email?.slice(email.lastIndexOf("@") + 1).toLowerCase();
  if (domain === undefined) return <Notice tone="warn">{text.emailMissing}</Notice>;
  const isProven = domains.some((each) => each.domain === domain && each.verifiedAt !== null);
  return isProven ? (
    <Notice tone="ok" role="status" title={text.passed}>
      {text.wouldWork}
    </Notice>
  ) : (
    <Notice tone="warn" title={text.passed}>
      {text.domainForeign(domain)}
    </Notice>
  );
}

/** What somebody new with these groups would be. */
function useRolesBy(groups: readonly string[] | null): readonly string[] {
  const { tenant } = useHere();
  const rules = useQuery(rulesQuery(tenant.id)).data;
  if (!rules) return [];
  const given = rules.groupRoles.filter(({ group }) => groups?.includes(group)).flatMap(({ roles }) => roles);
  return [...new Set([...rules.defaultRoles, ...given])];
}
