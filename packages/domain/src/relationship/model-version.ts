/**
 * The version of the model (docs/model.md) that this program computes. Decisions name the version that took them; one
 * without was taken by version 1. It rises when the same touchpoints under the same ruleset may get another answer.
 */
export const MODEL_VERSION = 2;
