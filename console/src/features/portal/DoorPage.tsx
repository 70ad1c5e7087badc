import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { isApiError } from "../../api/api-error.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Entrance } from "../../shell/Entrance.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { knownFactors } from "../account/known-factors.ts";
import { MailedProof } from "../account/MailedProof.tsx";
import { ProveStep } from "../account/ProveStep.tsx";
import { factorsQuery } from "../account/queries.ts";
import { SsoChoices } from "../sign-in/SsoStep.tsx";
import { useDiscovered, useLeave } from "../sign-in/sso.ts";

const codes = ["session.mfa_required", "sso.required", "sso.other_tenants_session"] as const;
export type Demand = (typeof codes)[number];

/** What a tenant demands of a session before it opens, or null: nothing, or something else is wrong. */
export function demandOf(error: unknown): Demand | null {
  return codes.find((code) => isApiError(error, code)) ?? null;
}

interface DoorPageProps {
  readonly demand: Demand;
  readonly tenantName: string;
  readonly slug: string;
  readonly email: string | undefined;
  /** Where to come back to. */
  readonly path: string;
}

/** Before a tenant that asks more of a session than it has: what is asked, and how to give it at once. */
export function DoorPage({ demand, tenantName, slug, email, path }: DoorPageProps) {
  const { door } = useMessages().portal;
  const isMfa = demand === "session.mfa_required";
  return (
    <Entrance title={isMfa ? door.mfaTitle(tenantName) : door.ssoTitle(tenantName)}>
      {isMfa ? <SecondFactorDoor /> : <SsoDoor demand={demand} slug={slug} email={email} path={path} />}
      <p className="quiet">
        <Link to="/account">{door.account}</Link>
      </p>
    </Entrance>
  );
}

function SecondFactorDoor() {
  const { door } = useMessages().portal;
  const factors = useQuery(factorsQuery);
  if (factors.isError) return <ProblemNote error={factors.error} onRetry={() => factors.refetch()} />;
  if (!factors.data) return <Bone width="160px" />;
  const known = knownFactors(factors.data);
  if (known.length > 0) return <ProveStep known={known} />;
  return (
    <>
      <p>{door.mfaNone}</p>
      <p>
        <Link to="/account/methods">{door.mfaAdd}</Link>
      </p>
      <MailedProof />
    </>
  );
}

function SsoDoor({ demand, slug, email, path }: Omit<DoorPageProps, "tenantName">) {
  const { door } = useMessages().portal;
  const found = useDiscovered(email);
  const leave = useLeave();
  const choices = (found.data ?? []).filter((choice) => choice.slug === slug);
  return (
    <>
      <p>{demand === "sso.required" ? door.ssoBody : door.ssoOther}</p>
      {found.isLoading && <Bone width="160px" />}
      {found.isError && <ProblemNote error={found.error} onRetry={() => found.refetch()} />}
      {found.isSuccess && choices.length === 0 && <p>{door.ssoNone}</p>}
      <SsoChoices
        choices={choices}
        isBusy={leave.isPending}
        onChoose={({ connectionId }) =>
          leave.mutate({ connectionId, returnTo: path, ...(email === undefined ? {} : { loginHint: email }) })
        }
      />
      {leave.isError && <ProblemNote error={leave.error} />}
    </>
  );
}
