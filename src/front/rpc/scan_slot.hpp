// A long search that runs once at a time, on the thread of the call that started it, while other calls ask how far it
// is or end it. Any thread.
#pragma once

#include <atomic>

namespace keel::rpc {

class ScanSlot {
public:
    // Holds the slot while it lives; empty when another search holds it.
    class Turn {
    public:
        explicit Turn(ScanSlot& slot) : slot_(slot.busy_.exchange(true) ? nullptr : &slot) {
            if (slot_ != nullptr) {
                slot_->abort_ = false;
                slot_->percent_ = 0;
                slot_->position_ = 0;
            }
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        ~Turn() {
            if (slot_ != nullptr) {
                slot_->busy_ = false;
            }
        }
        [[nodiscard]] bool granted() const { return slot_ != nullptr; }

    private:
        ScanSlot* slot_;
    };

    [[nodiscard]] bool busy() const { return busy_; }
    void report(int percent, int position = 0) {
        percent_ = percent;
        position_ = position;
    }
    [[nodiscard]] int percent() const { return percent_; }
    [[nodiscard]] int position() const { return position_; }  // a height, for searches through blocks
    void abort() { abort_ = true; }
    [[nodiscard]] bool aborted() const { return abort_; }

private:
    std::atomic<bool> busy_{false};
    std::atomic<bool> abort_{false};
    std::atomic<int> percent_{0};
    std::atomic<int> position_{0};
};

}  // namespace keel::rpc
