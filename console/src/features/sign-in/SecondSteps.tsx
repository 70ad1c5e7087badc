import type { Messages } from "../../messages/en.ts";
import { EnrolStep } from "../recovery/EnrolStep.tsx";
import { LostStep } from "../recovery/LostStep.tsx";
import { SecondFactorStep } from "./SecondFactorStep.tsx";
import type { SignInFlowState, Stage } from "./use-sign-in.ts";

type Second = Extract<Stage, { readonly token: string }>;

/** Whether the first factor is proved and the second one stands out. */
export function isSecond(stage: Stage): stage is Second {
  return "token" in stage;
}

export function secondTitle(stage: Second, { signIn, recovery }: Messages): string {
  if (stage.name === "second") return signIn.second.title;
  return stage.name === "lost" ? recovery.lost.title : recovery.enrol.title;
}

/** The second factor, or the way of those who have none any more. */
export function SecondSteps({ stage, flow }: { stage: Second; flow: SignInFlowState }) {
  switch (stage.name) {
    case "second":
      return (
        <SecondFactorStep
          factors={stage.factors}
          onCode={flow.secondByCode}
          onPasskey={flow.secondByPasskey}
          onLost={() => flow.goTo({ ...stage, name: "lost" })}
          isBusy={flow.isBusy}
          error={flow.error}
        />
      );
    case "lost":
      return (
        <LostStep
          token={stage.token}
          onLink={(link) => flow.goTo({ ...stage, name: "enrol", link })}
          onBack={() => flow.goTo({ ...stage, name: "second" })}
        />
      );
    case "enrol":
      return (
        <EnrolStep
          proofs={{ link: stage.link, token: stage.token }}
          onExpired={() => flow.goTo({ name: "email" })}
        />
      );
    default:
      return stage satisfies never;
  }
}
