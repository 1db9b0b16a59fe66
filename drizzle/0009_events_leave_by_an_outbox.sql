CREATE TABLE "event_outbox" (
	"turn" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "event_outbox_turn_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" text NOT NULL,
	"type" text NOT NULL,
	"object_id" text NOT NULL,
	"details" jsonb NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL
);
