import { Type } from "typebox";
import { PolicyDraft, PolicyTest } from "./access.ts";
import { Id, Timestamp } from "./common.ts";

export const PolicyCheck = Type.Object(
  { draft: PolicyDraft },
  { title: "PolicyCheck", additionalProperties: false },
);

const Place = Type.Object({
  line: Type.Integer({ description: "From 1." }),
  column: Type.Integer({ description: "From 1." }),
});
export const PolicyChecked = Type.Object(
  {
    faults: Type.Array(
      Type.Object({
        policy: Type.Integer({ description: "Index of the policy in the draft, from 0." }),
        message: Type.String(),
        hint: Type.Union([Type.String(), Type.Null()], { description: "What would help." }),
        start: Place,
        end: Place,
      }),
      { description: "Empty: the official engine and this platform have nothing against the draft." },
    ),
    tests: Type.Array(
      Type.Object({
        test: PolicyTest,
        allowed: Type.Boolean({ description: "What the draft decides; the test says what is expected." }),
        reasons: Type.Array(Type.String()),
      }),
      { description: "The tenant's policy tests under the draft; empty while there are faults." },
    ),
  },
  { title: "PolicyChecked" },
);

export const PolicyReplay = Type.Object(
  { draft: PolicyDraft },
  { title: "PolicyReplay", additionalProperties: false },
);

const Now = Type.Boolean({ description: "What the rules in force decide; the draft decides the opposite." });
export const PolicyReplayed = Type.Object(
  {
    from: Timestamp,
    to: Timestamp,
    replayed: Type.Integer({ description: "Calls that were put to the rules in force and to the draft." }),
    isSample: Type.Boolean({
      description: "The week has more records than are read: these are spread over it.",
    }),
    others: Type.Integer({
      description: "Records where no policy of the tenant decided, or that older releases wrote.",
    }),
    undetermined: Type.Integer({
      description: "Calls about things whose attributes the rules ask for: attributes are not recorded.",
    }),
    allowedToDenied: Type.Integer(),
    deniedToAllowed: Type.Integer(),
    groups: Type.Array(
      Type.Object({
        actor: Type.String(),
        permission: Type.String(),
        isAllowedNow: Now,
        calls: Type.Integer(),
      }),
      { description: "Calls that change, by who made them and for what; the most first." },
    ),
    examples: Type.Array(
      Type.Object({
        recordId: Id,
        at: Timestamp,
        actor: Type.String(),
        action: Type.String(),
        permission: Type.String(),
        ip: Type.Union([Type.String(), Type.Null()]),
        isAllowedNow: Now,
        reasons: Type.Array(Type.String(), { description: "Why the draft decides so." }),
      }),
    ),
  },
  { title: "PolicyReplayed" },
);
