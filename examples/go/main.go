// Command guanxi-client appends an order, waits until the answer has seen it, reads the account, and is refused by reason.
//
//	go generate && go run . 127.0.0.1:7400
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "example.com/guanxi-client/gen/guanxi/event/v1"
	guanxiv1 "example.com/guanxi-client/gen/guanxi/v1"
)

//go:generate ./generate.sh

const account = "GO-EXAMPLE"

func main() {
	address := "127.0.0.1:7400"
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := run(ctx, address); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, address string) error {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	events := guanxiv1.NewEventServiceClient(conn)

	written, err := appendTwice(ctx, events)
	if err != nil {
		return err
	}
	if err := readAtLeast(ctx, guanxiv1.NewAccountServiceClient(conn), written); err != nil {
		return err
	}
	return appendToNewAccountOnly(ctx, events)
}

// An event: who it is about, who says so, its id there, when it happened, what happened.
func newOrder(id string) (*guanxiv1.NewEvent, error) {
	data, err := anypb.New(&eventv1.OrderPlaced{
		OrderId:      id,
		CurrencyCode: "EUR",
		Lines:        []*eventv1.OrderLine{{Product: "pump", QuantityMicros: 6_000_000, UnitPriceMicros: 2_550_000}},
	})
	if err != nil {
		return nil, err
	}
	return &guanxiv1.NewEvent{
		Id:         id,
		Source:     "/examples/go",
		AccountId:  account,
		OccurredAt: timestamppb.New(time.Date(2024, time.March, 1, 9, 30, 0, 0, time.UTC)),
		Payload:    &guanxiv1.NewEvent_Data{Data: data},
	}, nil
}

// Appending is safe to repeat: the same id with the same body is acknowledged again, as a duplicate.
func appendTwice(ctx context.Context, events guanxiv1.EventServiceClient) (*guanxiv1.ConsistencyToken, error) {
	order, err := newOrder("o-1")
	if err != nil {
		return nil, err
	}
	var answer *guanxiv1.AppendResponse
	for range 2 {
		if answer, err = events.Append(ctx, &guanxiv1.AppendRequest{Events: []*guanxiv1.NewEvent{order}}); err != nil {
			return nil, err
		}
		result := answer.GetResults()[0]
		did := "appended"
		if result.GetDuplicate() {
			did = "duplicate"
		}
		fmt.Printf("%s at %d:%d\n", did, result.GetPosition().GetPartition(), result.GetPosition().GetPosition())
	}
	return answer.GetWrittenAt(), nil
}

// The token makes the read at least as fresh as the write, whichever process answers.
func readAtLeast(ctx context.Context, accounts guanxiv1.AccountServiceClient, written *guanxiv1.ConsistencyToken) error {
	answer, err := accounts.GetAccount(ctx, &guanxiv1.GetAccountRequest{
		Account:     &guanxiv1.AccountSelector{Selector: &guanxiv1.AccountSelector_AccountId{AccountId: account}},
		Consistency: &guanxiv1.Consistency{Requirement: &guanxiv1.Consistency_AtLeastAsFresh{AtLeastAsFresh: written}},
	})
	if err != nil {
		return err
	}
	read := answer.GetAccount()
	fmt.Printf("%s: %d order, %s, net %s micro-EUR\n", read.GetAccountId(), read.GetCounts().GetOrders(), read.GetComputedTier(),
		read.GetTotals()[0].GetNetRevenueTotalMicros())
	return nil
}

// A command: only if nothing is known of the account yet. By now something is, so it is refused, and the reason says what to do.
func appendToNewAccountOnly(ctx context.Context, events guanxiv1.EventServiceClient) error {
	order, err := newOrder("o-2")
	if err != nil {
		return err
	}
	_, err = events.Append(ctx, &guanxiv1.AppendRequest{Events: []*guanxiv1.NewEvent{order}, ExpectedVersion: proto.Uint64(0)})
	reason, metadata := refusalOf(err)
	switch reason {
	case guanxiv1.ErrorReason_ERROR_REASON_EXPECTED_VERSION_MISMATCH:
		fmt.Printf("refused: the account is at version %s; read it again and decide again\n", metadata["account_version"])
		return nil
	case guanxiv1.ErrorReason_ERROR_REASON_OVERLOADED:
		return fmt.Errorf("try again in %s ms: %w", metadata["retry_after_ms"], err)
	default: // no refusal at all, or a reason this program does not know: the status code says enough
		return err
	}
}

// Every refusal carries one ErrorInfo with a reason of the catalogue. UNSPECIFIED: err is none, or its reason is newer than this program.
func refusalOf(err error) (guanxiv1.ErrorReason, map[string]string) {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetDomain() == "guanxi" {
			return guanxiv1.ErrorReason(guanxiv1.ErrorReason_value["ERROR_REASON_"+info.GetReason()]), info.GetMetadata()
		}
	}
	return guanxiv1.ErrorReason_ERROR_REASON_UNSPECIFIED, nil
}
