import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Entrance } from "../../shell/Entrance.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { localPath } from "../../url/search.ts";
import { keepTestOutcome, takeTestPlace } from "../sso/queries.ts";
import { finishSso, useLeave } from "./sso.ts";
import { ssoArrival } from "./sso-address.ts";

/** Where identity providers lead back: it ends the sign-in that this browser began, or says why it cannot. */
export function SsoPage() {
  const { signIn: text } = useMessages();
  const [arrival] = useState(ssoArrival);
  if (arrival?.kind === "answer")
    return <FinishPage connectionId={arrival.connectionId} answer={arrival.answer} />;
  if (arrival?.kind === "start") return <StartPage connectionId={arrival.connectionId} />;
  return (
    <Entrance title={text.sso.title}>
      <p>{text.sso.missing}</p>
      <OtherWays />
    </Entrance>
  );
}

function FinishPage({ connectionId, answer }: { connectionId: string; answer: string }) {
  const { signIn: text } = useMessages();
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = useLeave();
  const hasBegun = useRef(false);
  const finish = useMutation({
    mutationFn: () => finishSso(connectionId, answer),
    onSuccess: async ({ returnTo, test }) => {
      if (test) {
        takeTestPlace(connectionId);
        keepTestOutcome(client, connectionId, { kind: "said", said: test });
        await navigate({ href: localPath(returnTo) ?? "/account", replace: true });
        return;
      }
      // Whatever was read before was read as nobody, or as somebody else.
      client.clear();
      const to = localPath(returnTo) ?? "/";
      await navigate({ href: to === "/" ? "/account" : to, replace: true });
    },
    onError: async (error) => {
      const place = takeTestPlace(connectionId);
      if (place === null) return;
      keepTestOutcome(client, connectionId, { kind: "refused", error });
      await navigate({ href: localPath(place) ?? "/account", replace: true });
    },
  });
  const begin = finish.mutate;
  useEffect(() => {
    // An answer works once.
    if (hasBegun.current) return;
    hasBegun.current = true;
    begin();
  }, [begin]);
  if (!finish.isError) {
    return (
      <Entrance title={text.sso.title}>
        <p role="status">{text.sso.finishing}</p>
      </Entrance>
    );
  }
  return (
    <Entrance title={text.sso.failed}>
      <ProblemNote error={finish.error} />
      {leave.isError && <ProblemNote error={leave.error} />}
      <Button look="primary" isBusy={leave.isPending} onClick={() => leave.mutate({ connectionId })}>
        {text.sso.again}
      </Button>
      <OtherWays />
    </Entrance>
  );
}

/** By a press, not by being opened: a page of somebody else must not sign a person in, to an account of its choice. */
function StartPage({ connectionId }: { connectionId: string }) {
  const { signIn: text } = useMessages();
  const leave = useLeave();
  return (
    <Entrance title={text.sso.title}>
      <p>{text.sso.fromProvider}</p>
      {leave.isError && <ProblemNote error={leave.error} />}
      <Button look="primary" isBusy={leave.isPending} onClick={() => leave.mutate({ connectionId })}>
        {text.next}
      </Button>
      <OtherWays />
    </Entrance>
  );
}

function OtherWays() {
  const { signIn: text } = useMessages();
  return (
    <p className="quiet">
      <Link to="/sign-in">{text.sso.other}</Link>
    </p>
  );
}
