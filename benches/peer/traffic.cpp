// Traffic over a Fast DDS that has DDS-Security, which that of the ROS wheels has not: what `tools/bench seal` compares with.
//
//   traffic source DOMAIN BYTES RATE_HZ SECONDS [ENCLAVE]   prints `begin`, and at the end the number of messages sent
//   traffic sink DOMAIN BYTES SECONDS [ENCLAVE]             prints the same as benches/traffic.rs
//
// Reliable, keep-last 2, everything else as rmw_fastrtps sets it. With an ENCLAVE, a folder as SROS2 makes them, the
// participant has DDS-Security. Each message carries its number and its time at its end.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/subscriber/DataReader.hpp>
#include <fastdds/dds/subscriber/SampleInfo.hpp>
#include <fastdds/dds/subscriber/Subscriber.hpp>
#include <fastdds/dds/topic/TopicDataType.hpp>
#include <fastdds/dds/topic/TypeSupport.hpp>
#include <fastrtps/config.h>

#if !HAVE_SECURITY
#error "This Fast DDS was built without DDS-Security: it would measure nothing, and say nothing of it."
#endif

using namespace eprosima::fastdds::dds;
using eprosima::fastrtps::rtps::InstanceHandle_t;
using eprosima::fastrtps::rtps::SerializedPayload_t;
using Bytes = std::vector<uint8_t>;

// A message that is serialized already, as ROS's serialized messages are: one copy on each side.
class BytesType : public TopicDataType
{
public:
    BytesType()
    {
        setName("bench::Bytes");
        m_typeSize = 1024; // to begin with; payloads grow, as those of ROS types without a bound
        m_isGetKeyDefined = false;
    }

    bool serialize(void *data, SerializedPayload_t *payload) override
    {
        const auto &bytes = *static_cast<Bytes *>(data);
        if (payload->max_size < bytes.size())
            return false;
        std::memcpy(payload->data, bytes.data(), bytes.size());
        payload->length = static_cast<uint32_t>(bytes.size());
        payload->encapsulation = CDR_LE;
        return true;
    }

    bool deserialize(SerializedPayload_t *payload, void *data) override
    {
        auto &bytes = *static_cast<Bytes *>(data);
        bytes.resize(payload->length);
        std::memcpy(bytes.data(), payload->data, payload->length);
        return true;
    }

    std::function<uint32_t()> getSerializedSizeProvider(void *data) override
    {
        return [data] { return static_cast<uint32_t>(static_cast<Bytes *>(data)->size()); };
    }

    void *createData() override { return new Bytes; }
    void deleteData(void *data) override { delete static_cast<Bytes *>(data); }
    bool getKey(void *, InstanceHandle_t *, bool) override { return false; }
};

struct Trailer
{
    uint32_t number;
    uint32_t unused;
    int64_t sent; // nanoseconds; the monotonic clock is the same for all processes
};

static int64_t now()
{
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

template <typename Thing> static Thing *must(Thing *thing, const char *what)
{
    if (!thing)
        throw std::runtime_error(std::string("no ") + what);
    return thing;
}

static DomainParticipant *join(uint32_t domain, const char *enclave)
{
    auto *factory = DomainParticipantFactory::get_instance();
    factory->load_profiles(); // FASTRTPS_DEFAULT_PROFILES_FILE: the transport
    DomainParticipantQos qos;
    factory->get_default_participant_qos(qos);
    if (enclave) {
        const std::string in = std::string("file://") + enclave + "/";
        const std::string auth = "dds.sec.auth.builtin.PKI-DH.", access = "dds.sec.access.builtin.Access-Permissions.";
        const std::pair<std::string, std::string> properties[] = {
            {"dds.sec.auth.plugin", "builtin.PKI-DH"},
            {auth + "identity_ca", in + "ca.cert.pem"},
            {auth + "identity_certificate", in + "cert.pem"},
            {auth + "private_key", in + "key.pem"},
            {"dds.sec.access.plugin", "builtin.Access-Permissions"},
            {access + "permissions_ca", in + "ca.cert.pem"},
            {access + "governance", in + "governance.p7s"},
            {access + "permissions", in + "permissions.p7s"},
            {"dds.sec.crypto.plugin", "builtin.AES-GCM-GMAC"},
        };
        for (const auto &[name, value] : properties)
            qos.properties().properties().emplace_back(name, value);
    }
    return must(factory->create_participant(domain, qos), "participant: is the enclave right?");
}

// In order: what is left behind in /dev/shm is large.
static void leave(DomainParticipant *participant)
{
    participant->delete_contained_entities();
    DomainParticipantFactory::get_instance()->delete_participant(participant);
}

static Topic *topic(DomainParticipant *participant)
{
    TypeSupport type(new BytesType);
    type.register_type(participant);
    return must(participant->create_topic("rt/x", type.get_type_name(), TOPIC_QOS_DEFAULT), "topic");
}

// What rmw_fastrtps sets, for reader and writer.
template <typename Qos> static Qos as_ros(Qos qos)
{
    qos.reliability().kind = RELIABLE_RELIABILITY_QOS;
    qos.durability().kind = VOLATILE_DURABILITY_QOS;
    qos.history().kind = KEEP_LAST_HISTORY_QOS;
    qos.history().depth = 2;
    qos.endpoint().history_memory_policy = eprosima::fastrtps::rtps::PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
    qos.data_sharing().off();
    return qos;
}

static void source(uint32_t domain, size_t size, double rate, double seconds, const char *enclave)
{
    auto *participant = join(domain, enclave);
    auto *publisher = must(participant->create_publisher(PUBLISHER_QOS_DEFAULT), "publisher");
    auto qos = as_ros(DATAWRITER_QOS_DEFAULT);
    qos.publish_mode().kind = SYNCHRONOUS_PUBLISH_MODE;
    auto *writer = must(publisher->create_datawriter(topic(participant), qos), "writer");
    for (PublicationMatchedStatus matched;;) {
        writer->get_publication_matched_status(matched);
        if (matched.current_count > 0)
            break;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));

    Bytes bytes(4 + size + sizeof(Trailer));
    bytes[1] = 1; // CDR, little endian
    for (size_t at = 4; at < bytes.size(); at++)
        bytes[at] = static_cast<uint8_t>(at % 251);
    std::puts("begin");
    std::fflush(stdout);
    const auto total = static_cast<uint32_t>(rate * seconds);
    const auto start = std::chrono::steady_clock::now();
    for (uint32_t number = 0; number < total; number++) {
        const auto due = std::chrono::duration<double>(number / rate);
        std::this_thread::sleep_until(start + std::chrono::duration_cast<std::chrono::nanoseconds>(due));
        const Trailer trailer{number, 0, now()};
        std::memcpy(bytes.data() + bytes.size() - sizeof trailer, &trailer, sizeof trailer);
        if (!writer->write(&bytes))
            throw std::runtime_error("not written");
    }
    writer->wait_for_acknowledgments({2, 0});
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    std::printf("%u\n", total);
    std::fflush(stdout);
    leave(participant);
}

static void sink(uint32_t domain, size_t size, double seconds, const char *enclave)
{
    auto *participant = join(domain, enclave);
    auto *subscriber = must(participant->create_subscriber(SUBSCRIBER_QOS_DEFAULT), "subscriber");
    auto *reader = must(subscriber->create_datareader(topic(participant), as_ros(DATAREADER_QOS_DEFAULT)), "reader");

    std::puts("ready");
    std::fflush(stdout);
    Bytes bytes;
    std::vector<std::pair<uint32_t, double>> arrivals;
    int64_t end = now() + 30'000'000'000;
    for (int64_t left; (left = end - now()) > 0;) {
        const auto patience = eprosima::fastrtps::Duration_t(static_cast<long double>(left) / 1e9L);
        if (!reader->wait_for_unread_message(patience))
            break;
        SampleInfo info;
        while (reader->take_next_sample(&bytes, &info) == ReturnCode_t::RETCODE_OK) {
            if (!info.valid_data || bytes.size() < 4 + size + sizeof(Trailer))
                continue;
            if (arrivals.empty())
                end = now() + static_cast<int64_t>((seconds + 1) * 1e9);
            Trailer trailer;
            std::memcpy(&trailer, bytes.data() + bytes.size() - sizeof trailer, sizeof trailer);
            arrivals.emplace_back(trailer.number, static_cast<double>(now() - trailer.sent) / 1e6);
        }
    }
    if (arrivals.empty())
        throw std::runtime_error("nothing came");
    std::vector<double> latencies;
    for (size_t at = arrivals.size() / 10; at < arrivals.size(); at++)
        latencies.push_back(arrivals[at].second);
    std::sort(latencies.begin(), latencies.end());
    const auto at = [&](double share) {
        return latencies.at(static_cast<size_t>(static_cast<double>(latencies.size()) * share));
    };
    std::printf("{\"first\":%u,\"received\":%zu,\"p50_ms\":%.4f,\"p99_ms\":%.4f}\n",
                arrivals.front().first, arrivals.size(), at(0.5), at(0.99));
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    leave(participant);
}

int main(int count, char **words)
{
    try {
        const std::string what = count > 1 ? words[1] : "";
        const char *enclave = nullptr;
        if (what == "source" && (count == 6 || count == 7)) {
            enclave = count == 7 ? words[6] : nullptr;
            source(std::stoul(words[2]), std::stoul(words[3]), std::stod(words[4]), std::stod(words[5]), enclave);
        } else if (what == "sink" && (count == 5 || count == 6)) {
            enclave = count == 6 ? words[5] : nullptr;
            sink(std::stoul(words[2]), std::stoul(words[3]), std::stod(words[4]), enclave);
        } else {
            std::fputs("usage: traffic source DOMAIN BYTES RATE_HZ SECONDS [ENCLAVE] | sink DOMAIN BYTES SECONDS [ENCLAVE]\n",
                       stderr);
            return 2;
        }
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
