/** Schemas as data (RFC 7643): they tell clients what there is, and us what to read. */
export const USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const ENTERPRISE_SCHEMA = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const LIST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
export const ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error";

export interface AttributeDefinition {
  readonly name: string;
  readonly type: "string" | "boolean" | "complex" | "reference" | "dateTime";
  readonly description: string;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: "readWrite" | "readOnly" | "immutable";
  readonly returned: "default" | "always";
  readonly uniqueness: "none" | "server";
  readonly subAttributes?: readonly AttributeDefinition[];
}

function text(
  name: string,
  description: string,
  more: Partial<AttributeDefinition> = {},
): AttributeDefinition {
  return {
    name,
    type: "string",
    description,
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: "readWrite",
    returned: "default",
    uniqueness: "none",
    ...more,
  };
}

function several(
  name: string,
  description: string,
  subs: readonly AttributeDefinition[] = [],
): AttributeDefinition {
  const subAttributes = [
    text("value", "The value itself."),
    text("display", "For people."),
    text("type", "Such as work or home."),
    text("primary", "The one to use.", { type: "boolean" }),
    ...subs,
  ];
  return text(name, description, { type: "complex", multiValued: true, subAttributes });
}

const readOnly = { mutability: "readOnly" } as const;

export const USER_ATTRIBUTES: readonly AttributeDefinition[] = [
  text("userName", "Names the user to the directory; unique in the tenant.", {
    required: true,
    uniqueness: "server",
  }),
  text("name", "Parts of the name.", {
    type: "complex",
    subAttributes: [
      text("formatted", "The whole name."),
      text("familyName", "Family name."),
      text("givenName", "Given name."),
      text("middleName", "Middle name."),
      text("honorificPrefix", "Before the name."),
      text("honorificSuffix", "After the name."),
    ],
  }),
  text("displayName", "The name for people."),
  text("nickName", "What friends say."),
  text("profileUrl", "Page of the person.", { type: "reference" }),
  text("title", "Title."),
  text("userType", "Relation to the organisation."),
  text("preferredLanguage", "Language of messages, such as fr."),
  text("locale", "Language and region, such as fr-FR."),
  text("timezone", "IANA time zone."),
  text("active", "False: no access; sessions and keys end at once.", { type: "boolean" }),
  several("emails", "Addresses; the primary one names the person here."),
  several("phoneNumbers", "Phone numbers."),
  several("ims", "Addresses for messages."),
  several("photos", "Pictures."),
  several("addresses", "Postal addresses.", [
    text("formatted", "The whole address."),
    text("streetAddress", "Street."),
    text("locality", "Town."),
    text("region", "Region."),
    text("postalCode", "Postal code."),
    text("country", "Country, ISO 3166-1 alpha-2."),
  ]),
  several("entitlements", "Entitlements."),
  several("roles", "Roles as the directory names them. What they permit here is decided by groups."),
  text("groups", "Groups of the user.", {
    ...readOnly,
    type: "complex",
    multiValued: true,
    subAttributes: [
      text("value", "Id of the group.", readOnly),
      text("$ref", "Address of the group.", { ...readOnly, type: "reference" }),
      text("display", "Name of the group.", readOnly),
    ],
  }),
];

export const ENTERPRISE_ATTRIBUTES: readonly AttributeDefinition[] = [
  text("employeeNumber", "Number in the organisation."),
  text("costCenter", "Cost centre."),
  text("organization", "Organisation."),
  text("division", "Division."),
  text("department", "Department."),
  text("manager", "Manager.", {
    type: "complex",
    subAttributes: [
      text("value", "Id of the manager."),
      text("$ref", "Address of the manager.", { type: "reference" }),
      text("displayName", "Name of the manager.", readOnly),
    ],
  }),
];

export const GROUP_ATTRIBUTES: readonly AttributeDefinition[] = [
  text("displayName", "Name of the group. Roles are given by it.", { required: true, uniqueness: "server" }),
  text("members", "Users in the group.", {
    type: "complex",
    multiValued: true,
    subAttributes: [
      text("value", "Id of the user.", { mutability: "immutable" }),
      text("$ref", "Address of the user.", { type: "reference", mutability: "immutable" }),
      text("display", "Name of the user.", readOnly),
      text("type", "Always User.", { mutability: "immutable" }),
    ],
  }),
];

export const SCHEMAS = [
  { id: USER_SCHEMA, name: "User", description: "A member of the tenant.", attributes: USER_ATTRIBUTES },
  {
    id: ENTERPRISE_SCHEMA,
    name: "EnterpriseUser",
    description: "Of an organisation.",
    attributes: ENTERPRISE_ATTRIBUTES,
  },
  { id: GROUP_SCHEMA, name: "Group", description: "A group of users.", attributes: GROUP_ATTRIBUTES },
] as const;
