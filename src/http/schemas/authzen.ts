import { Type } from "typebox";

/** Forms of OpenID AuthZEN 1.0. Unknown fields are ignored, and faults answered 400, so the bodies are open here. */
const open = { additionalProperties: true } as const;
const Any = (description: string) => Type.Optional(Type.Unknown({ description }));
const ENTITY = "Required: `type`, `id`; `properties`.";

export const AuthzenEvaluation = Type.Object(
  {
    subject: Any(`${ENTITY} \`user\` by id or address, or \`service_account\` by id.`),
    action: Any("Required: `name`, a permission such as data.read."),
    resource: Any(`${ENTITY} Of type \`tenant\` it is the tenant itself.`),
    context: Any(
      "`time` (RFC 3339), `ip`, `amr`, `mfa_age` in seconds, `purpose`, `device`: what you vouch for.",
    ),
  },
  { title: "AuthzenEvaluation", ...open },
);
export const AuthzenEvaluations = Type.Object(
  {
    ...AuthzenEvaluation.properties,
    evaluations: Any("Up to 200, each with what differs from the top level."),
    options: Any("`evaluations_semantic`: execute_all, deny_on_first_deny, permit_on_first_permit."),
  },
  { title: "AuthzenEvaluations", ...open },
);
export const AuthzenSearch = Type.Object(
  {
    ...AuthzenEvaluation.properties,
    page: Any("`limit`, at most 200, and `token`, which is `next_token` of the page before."),
  },
  { title: "AuthzenSearch", ...open },
);
const Context = Type.Optional(Type.Record(Type.String(), Type.Unknown()));
const Evaluated = { decision: Type.Boolean(), context: Context };
export const AuthzenDecision = Type.Object(Evaluated, { title: "AuthzenDecision" });
export const AuthzenDecisions = Type.Object(
  {
    decision: Type.Optional(Type.Boolean()),
    context: Context,
    evaluations: Type.Optional(Type.Array(Type.Object(Evaluated))),
  },
  { title: "AuthzenDecisions" },
);
export const AuthzenActions = Type.Object(
  { results: Type.Array(Type.Object({ name: Type.String() })) },
  { title: "AuthzenActions" },
);
export const AuthzenSubjects = Type.Object(
  {
    results: Type.Array(Type.Object({ type: Type.String(), id: Type.String() })),
    page: Type.Object({ next_token: Type.String({ description: "Empty on the last page." }) }),
  },
  { title: "AuthzenSubjects" },
);
export const AuthzenConfiguration = Type.Object(
  {
    policy_decision_point: Type.String(),
    access_evaluation_endpoint: Type.String(),
    access_evaluations_endpoint: Type.String(),
    search_subject_endpoint: Type.String(),
    search_action_endpoint: Type.String(),
  },
  { title: "AuthzenConfiguration" },
);
