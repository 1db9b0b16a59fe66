export interface EnrollAgent {
  readonly enrollmentToken: string;
  readonly endorsementKey: string;
  readonly attestationKey: string;
}

export interface ActivateAgent {
  readonly enrollmentToken: string;
  readonly secret: string;
}
