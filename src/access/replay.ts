import type { Asked } from "../audit/body.ts";
import type { RecordedCall } from "../audit/traffic.ts";
import { isDevice } from "./device.ts";
import { isPermission } from "./permissions.ts";
import type { Question } from "./ports.ts";
import type { Turns } from "./turns.ts";

/** A call that the draft decides otherwise than the rules in force. */
export interface ChangedCall {
  readonly recordId: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly permission: string;
  readonly ip: string | null;
  readonly isAllowedNow: boolean;
}

/** Calls of one actor for one permission that change in the same way. */
export interface ChangedGroup {
  readonly actor: string;
  readonly permission: string;
  readonly isAllowedNow: boolean;
  readonly calls: number;
}

export interface Replay {
  /** Calls that were put to both. */
  readonly replayed: number;
  /** Records where no policy of the tenant decided: staff, sign-ins, the system, and those of older releases. */
  readonly others: number;
  /** Calls about things whose attributes the rules ask for; attributes are not recorded. */
  readonly undetermined: number;
  readonly allowedToDenied: number;
  readonly deniedToAllowed: number;
  /** Those with the most calls first. */
  readonly groups: readonly ChangedGroup[];
  readonly examples: readonly { readonly call: ChangedCall; readonly question: Question }[];
}

const GROUPS_MAX = 100;
const EXAMPLES_MAX = 20;
/** Of one actor and permission: others are worth seeing too. */
const EXAMPLES_OF_GROUP_MAX = 2;

const SUBJECT_KINDS: ReadonlySet<string> = new Set(["user", "service_account", "api_key", "support"]);

export interface Judges {
  readonly inForce: (question: Question) => boolean;
  readonly drafted: (question: Question) => boolean;
  /** Either asks for attributes of things. */
  readonly readsAttributes: boolean;
}

/** Puts recorded calls to the rules in force and to a draft, one by one, and gives others their turn between. */
export async function replay(
  tenantId: string,
  traffic: AsyncIterable<RecordedCall>,
  judges: Judges,
  turn: Turns,
): Promise<Replay> {
  const seen = new Set<string>();
  const groups = new Map<string, { group: Omit<ChangedGroup, "calls">; calls: number }>();
  const examples: { call: ChangedCall; question: Question }[] = [];
  let [replayed, others, undetermined, allowedToDenied, deniedToAllowed] = [0, 0, 0, 0, 0];
  for await (const call of traffic) {
    await turn();
    if (call.requestId !== null && seen.has(call.requestId)) continue;
    if (call.requestId !== null) seen.add(call.requestId);
    const question = call.asked && toQuestion(tenantId, call, call.asked);
    if (!question) {
      others += 1;
      continue;
    }
    if (judges.readsAttributes && call.asked?.resource?.hasAttributes) {
      undetermined += 1;
      continue;
    }
    replayed += 1;
    const isAllowedNow = judges.inForce(question);
    if (isAllowedNow === judges.drafted(question)) continue;
    if (isAllowedNow) allowedToDenied += 1;
    else deniedToAllowed += 1;
    const { permission } = question;
    const key = `${call.actor} ${permission} ${isAllowedNow}`;
    const known = groups.get(key) ?? { group: { actor: call.actor, permission, isAllowedNow }, calls: 0 };
    known.calls += 1;
    groups.set(key, known);
    if (examples.length < EXAMPLES_MAX && known.calls <= EXAMPLES_OF_GROUP_MAX) {
      const { id: recordId, at, actor, action, ip } = call;
      examples.push({ call: { recordId, at, actor, action, permission, ip, isAllowedNow }, question });
    }
  }
  const counted = [...groups.values()].map(({ group, calls }) => ({ ...group, calls }));
  counted.sort((a, b) => b.calls - a.calls || (a.actor < b.actor ? -1 : 1));
  return {
    replayed,
    others,
    undetermined,
    allowedToDenied,
    deniedToAllowed,
    groups: counted.slice(0, GROUPS_MAX),
    examples,
  };
}

/** The question as it was asked. Undefined for one that this release cannot ask. */
function toQuestion(tenantId: string, { at, ip }: RecordedCall, asked: Asked): Question | undefined {
  const {
    permission,
    kind,
    id,
    roles,
    scopes,
    amr = [],
    mfaAgeS,
    purpose,
    device,
    deviceAgeS,
    resource,
  } = asked;
  if (!isPermission(permission) || !SUBJECT_KINDS.has(kind)) return undefined;
  return {
    subject: { kind: kind as Question["subject"]["kind"], id, roles, scopes: scopes ?? null }, // one of the set
    permission,
    tenantId,
    facts: {
      now: at,
      amr,
      mfaAt: mfaAgeS === undefined ? null : new Date(at.getTime() - mfaAgeS * 1_000),
      ...(ip === null ? {} : { ip }),
      ...(purpose === undefined ? {} : { purpose }),
      ...(isDevice(device) ? { device } : {}),
      ...(deviceAgeS === undefined ? {} : { deviceSince: new Date(at.getTime() - deviceAgeS * 1_000) }),
    },
    ...(resource
      ? {
          resource: { id: resource.id, ...(resource.type === undefined ? {} : { type: resource.type }) },
        }
      : {}),
  };
}
