// What people read about a rule beside its title: taken from the header of its file and from its examples by hack/generate.ts, never
// typed twice. Only shapes are here; the texts are in reference.generated.ts.

/** The four labels that open the file of every rule. */
export interface RuleHeader {
  /** What somebody can do when the rule does not hold. */
  readonly danger: string;
  /** Paths of the object that is judged. */
  readonly fields: string;
  readonly allowed: string;
  /** CIS section, requirement, CVE, or document. */
  readonly source: string;
}

export interface RuleReference extends RuleHeader {
  /** The settings of the policy file that the rule reads: "mounts.hostPath". */
  readonly config: readonly string[];
  /** What is refused, and what to write instead: YAML, or a sentence where no YAML says it. */
  readonly bad: string;
  readonly good: string;
}
