export type Properties = Readonly<Record<string, unknown>>
export type Resource = {
  readonly Type: string
  readonly Condition?: string
  readonly DependsOn?: string | readonly string[]
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly Properties: Properties
}
export type Statement = {
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: unknown
  readonly Action: readonly string[]
  readonly Resource: unknown
  readonly Condition?: unknown
}
export type Template = {
  readonly Conditions: Properties
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>
}
type HasTemplate = { readonly template: Template }

const isMet = (condition: unknown): boolean => {
  const { 'Fn::Not': not, 'Fn::Equals': equals } = condition as Record<string, unknown[]>
  if (not) return !isMet(not[0])
  if (!equals) throw new Error(`unknown condition: ${JSON.stringify(condition)}`)
  return equals[0] === equals[1]
}

/** Applies a template's conditions as CloudFormation does: removes what is not to be created. */
export const applyConditions = (template: Template): Template => {
  const met = (name: unknown) => isMet(template.Conditions[String(name)])
  const absent = Symbol('AWS::NoValue')
  const walk = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(walk).filter((item) => item !== absent)
    const { 'Fn::If': choice, Ref, Condition } = value as Record<string, unknown>
    if (Ref === 'AWS::NoValue') return absent
    if (Array.isArray(choice)) return walk(met(choice[0]) ? choice[1] : choice[2])
    if (typeof Condition === 'string' && !met(Condition)) return absent
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, item]) => [key, walk(item)])
        .filter(([, item]) => item !== absent),
    )
  }
  return { ...(walk(template) as Template), Conditions: template.Conditions }
}

/** @throws Error when the template has no such resource */
export const propertiesOf = ({ template }: HasTemplate, id: string): Properties => {
  const resource = template.Resources[id]
  if (!resource) throw new Error(`the template has no ${id}`)
  return resource.Properties
}

/** The resources of a type, each with its logical id. */
export const ofType = ({ template }: HasTemplate, type: string): [string, Properties][] =>
  Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties }]) => [id, Properties])

export const idsOfType = (stack: HasTemplate, type: string): string[] =>
  ofType(stack, type).map(([id]) => id)

export const environmentOf = (stack: HasTemplate, functionId: string): Properties =>
  (propertiesOf(stack, functionId).Environment as { Variables: Properties }).Variables

/** The statements of a role's inline policies. */
export const roleStatements = (stack: HasTemplate, roleId: string): readonly Statement[] =>
  (
    propertiesOf(stack, roleId).Policies as { PolicyDocument: { Statement: Statement[] } }[]
  ).flatMap(({ PolicyDocument }) => PolicyDocument.Statement)

/** The statements of the policies that belong to a queue alone. */
export const queueStatements = (stack: HasTemplate, queueId: string): readonly Statement[] =>
  ofType(stack, 'AWS::SQS::QueuePolicy')
    .map(([, properties]) => properties)
    .filter(({ Queues }) => JSON.stringify(Queues) === JSON.stringify([{ Ref: queueId }]))
    .flatMap(({ PolicyDocument }) => (PolicyDocument as { Statement: Statement[] }).Statement)

export const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })

/** The logical id that a `Ref` or a `Fn::GetAtt` refers to. */
export const referredId = (reference: unknown): string | undefined => {
  const { Ref, 'Fn::GetAtt': attribute } = reference as {
    readonly Ref?: string
    readonly 'Fn::GetAtt'?: readonly string[]
  }
  return Ref ?? attribute?.[0]
}

/** The ids of the queues that the worker drains, and of those that keep dead letters. */
export const queueIds = (stack: HasTemplate) => ({
  drained: ofType(stack, 'AWS::Lambda::EventSourceMapping').map(
    ([, { EventSourceArn }]) => referredId(EventSourceArn) ?? '',
  ),
  deadLetters: ofType(stack, 'AWS::SQS::Queue').flatMap(([, { RedrivePolicy }]) =>
    RedrivePolicy ? [referredId((RedrivePolicy as Properties).deadLetterTargetArn) ?? ''] : [],
  ),
})
