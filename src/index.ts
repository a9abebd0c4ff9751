export { AuditLog, type LineLog } from "./audit/audit-log.js";
export { type ChainedEntry, type ChainVerification, type Sha256, verifyChain } from "./audit/hash-chain.js";
export { type DepartureReport, departures } from "./audit/report.js";
export { ContextManager, type ProjectState } from "./context/context-manager.js";
export { KeptAnswers } from "./context/kept-answers.js";
export { MemoryStore } from "./context/memory-store.js";
export { type Project, ProjectExistsError, ProjectNameError, UnknownProjectError } from "./context/project.js";
export { QueuedQuestions } from "./context/queued-questions.js";
export type { ProjectSnapshot } from "./context/snapshot.js";
export { SqlStore } from "./context/sql-store.js";
export type { ContextStore } from "./context/store.js";
export { estimateTokens } from "./context/tokens.js";
export type { NewTurn, Turn } from "./context/turn.js";
export { type Cipher, type StoreLock, StoreLockedError } from "./core/cipher.js";
export { type Clock, systemClock } from "./core/clock.js";
export type { RoutingDecision, RoutingReason } from "./core/decision.js";
export type { AuditEntry, DecisionEnd, DecisionFacts, DecisionLog, DecisionTaken } from "./core/decision-record.js";
export { CannotAnswerError, EgressRefusedError, EngineError } from "./core/errors.js";
export type { Attempt, Outcome, Remedy, TokenUsage } from "./core/outcome.js";
export {
  type Device,
  type DeviceStatus,
  type Engine,
  type MemoryHit,
  noTelemetry,
  type ProjectMemory,
  type Refusal,
  type Span,
  type Spending,
  type Telemetry,
  unknownDevice,
} from "./core/ports.js";
export { type CallSettings, DEFAULT_PROJECT, type Preference, type Query, type Route } from "./core/query.js";
export { type Random, seededRandom, systemRandom } from "./core/random.js";
export type { SqlDriver, SqlRow, SqlValue } from "./core/sql.js";
export type { RuleAction, RuleHit, ScannedText, Severity, Verdict } from "./core/verdict.js";
export { type EngineBatchOptions, withBatching } from "./engines/batched.js";
export { breakerRefusal, withBreaker } from "./engines/breaking.js";
export { cachedAgeOf, type EngineCacheOptions, withCache } from "./engines/cached.js";
export { deviceSkillsEngine } from "./engines/device-skills/device-skills.js";
export { createEgress, type Egress, type EgressRecord } from "./engines/egress.js";
export { withEgressGuard } from "./engines/guarded.js";
export { createLlamaCppModel, type LlamaCppModel, type LlamaCppOptions, llamaCppEngine } from "./engines/llama-cpp.js";
export { detectLocalServers, type LocalServer, type LocalServerModel } from "./engines/local-servers.js";
export {
  createOpenAICompatibleModel,
  type OpenAICompatibleOptions,
  openAICompatibleEngine,
} from "./engines/openai-compatible.js";
export { type ProviderEngineOptions, providerEngine } from "./engines/provider-engine.js";
export { withRedaction } from "./engines/redacted.js";
export { type EngineRetryOptions, withRetry } from "./engines/retrying.js";
export { type EngineTimeouts, withTimeout } from "./engines/timed.js";
export { Metrics } from "./metrics/metrics.js";
export { prometheusText } from "./metrics/prometheus.js";
export type { MetricsSnapshot } from "./metrics/snapshot.js";
export { TraceRecorder } from "./metrics/trace.js";
export {
  type AnswerOptions,
  Orchestrator,
  type OrchestratorOptions,
  type Plan,
  type QueuedQuestion,
} from "./orchestrator.js";
export { Batcher, type BatcherOptions } from "./resilience/batcher.js";
export {
  type BreakerState,
  CircuitBreaker,
  type CircuitBreakerOptions,
  CircuitOpenError,
} from "./resilience/circuit-breaker.js";
export { OfflineQueue, type OfflineQueueOptions, type QueuedItem } from "./resilience/offline-queue.js";
export {
  type CacheCounts,
  type CachedTexts,
  ResponseCache,
  type ResponseCacheOptions,
} from "./resilience/response-cache.js";
export { RetryBudget } from "./resilience/retry-budget.js";
export { SingleFlight } from "./resilience/single-flight.js";
export { SpendingLedger, type SpendingLedgerOptions, type SpendingLimits } from "./resilience/spending-ledger.js";
export { Router, type RouterOptions, type RoutingInput } from "./routing/router.js";
export { defaultRules } from "./rules/default-rules.js";
export { ExpertSystem, type ExpertSystemOptions, type Rule } from "./rules/expert-system.js";
export type { GuardJudgement, GuardModel } from "./rules/guard.js";
export { type PhoneNumberFinder, phonePlanRule } from "./rules/phone-plans.js";
export { Redactor } from "./rules/redaction.js";
export type { Detection, Span as TextSpan } from "./rules/rule.js";
